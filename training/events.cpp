#include "training/events.h"

#include <algorithm>

namespace dltrain::training {

std::string_view status_text(RunStatus status) {
  switch (status) {
    case RunStatus::complete: return "complete";
    case RunStatus::stopped: return "stopped";
    case RunStatus::interrupted: return "interrupted";
    case RunStatus::failed: return "failed";
  }
  return {};
}

std::string Hint::text() const {
  return "hint[" + code + "]: " + who + ": " + what + "; " + help + " (dltrain explain " + code + ")";
}

const double* find_value(const Values& values, std::string_view name) {
  const auto found = std::find_if(values.begin(), values.end(), [&](const auto& value) { return value.first == name; });
  return found == values.end() ? nullptr : &found->second;
}

}  // namespace dltrain::training
