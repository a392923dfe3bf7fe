// A profile as a table, as JSON and as a trace.
#pragma once

#include <string>
#include <vector>

#include "core/setting.h"
#include "training/profile.h"

namespace dltrain::app {

// Totals, then layers and their kernels, the slowest first; `all`: with those of less than one percent.
std::string profile_table(const training::Profile& profile, bool all);

// Everything, with version = 1; times in seconds.
Table profile_json(const training::Profile& profile, const std::string& recipe, const std::string& device);

// One step in the Trace Event Format, for ui.perfetto.dev and chrome://tracing: kernels one after the other with their
// median times, layers above them.
Table profile_trace(const training::Profile& profile, const std::string& recipe);

}  // namespace dltrain::app
