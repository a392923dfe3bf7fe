// Which way a monitored value gets better, by the metric that it comes from.
#pragma once

#include <optional>
#include <string>

#include "core/diagnostic.h"
#include "models/spec.h"
#include "training/callbacks/support/monitor.h"

namespace dltrain::training {

// Whether larger values are better. Automatic: losses get smaller; metrics as they say themselves, whatever name the
// recipe gives them. "val_" in front plays no part.
bool monitor_grows(const models::Spec& spec, MonitorMode mode, const std::string& monitor);

// The same for a value that the recipe's losses and metrics give; nothing for any other name.
std::optional<bool> known_direction(const models::Spec& spec, const std::string& monitor);

// Callbacks that take the worst value for the best: mode = "max" for a loss, "min" for an accuracy.
void check_monitor_modes(const models::Spec& spec, Diagnostics& warnings);

}  // namespace dltrain::training
