// What callbacks that watch a value share: which way is better, and whether a value is.
#pragma once

#include <optional>
#include <string>

#include "core/convert.h"

namespace dltrain::training {

enum class MonitorMode {
  automatic,
  min,
  max
};
std::span<const EnumName<MonitorMode>> enum_names(MonitorMode);

// The value to watch where the recipe does not say: of the validation part, if there is one.
std::string monitor_or_default(const std::optional<std::string>& given, const std::vector<std::string>& values);

// Whether a value is better than the best so far by more than min_delta; none is worse than any number, and a value
// that is not finite is never better.
bool improves(double value, const std::optional<double>& best, bool larger, double min_delta = 0);

}  // namespace dltrain::training
