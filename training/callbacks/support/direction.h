// Which way a monitored value gets better, by the metric that it comes from.
#pragma once

#include <string>

#include "models/spec.h"
#include "training/callbacks/support/monitor.h"

namespace dltrain::training {

// Whether larger values are better. Automatic: losses get smaller; metrics as they say themselves, whatever name the
// recipe gives them. "val_" in front plays no part.
bool monitor_grows(const models::Spec& spec, MonitorMode mode, const std::string& monitor);

}  // namespace dltrain::training
