#include "training/callbacks/support/monitor.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace dltrain::training {

std::span<const EnumName<MonitorMode>> enum_names(MonitorMode) {
  static constexpr std::array<EnumName<MonitorMode>, 3> names = {
      {{MonitorMode::automatic, "auto"}, {MonitorMode::min, "min"}, {MonitorMode::max, "max"}}};
  return names;
}

std::string monitor_or_default(const std::optional<std::string>& given, const std::vector<std::string>& values) {
  if (given) return *given;
  return std::find(values.begin(), values.end(), "val_loss") != values.end() ? "val_loss" : "loss";
}

bool improves(double value, const std::optional<double>& best, bool larger, double min_delta) {
  if (!std::isfinite(value)) return false;
  if (!best) return true;
  return larger ? value - min_delta > *best : value + min_delta < *best;
}

}  // namespace dltrain::training
