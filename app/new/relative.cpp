#include "app/new/relative.h"

#include <algorithm>

#include "core/files.h"
#include "core/text.h"

namespace dltrain::app {

namespace {

// Without "." and "..", as far as names tell.
std::vector<std::string> steps_of(const std::string& path) {
  std::vector<std::string> steps;
  for (const std::string& name : split(absolute_path(path), '/')) {
    if (name.empty() || name == ".") continue;
    if (name == ".." && !steps.empty()) steps.pop_back();
    else if (name != "..") steps.push_back(name);
  }
  return steps;
}

}  // namespace

std::string relative_path(const std::string& path, const std::string& folder) {
  const std::vector<std::string> to = steps_of(path), from = steps_of(folder.empty() ? "." : folder);
  const auto [end_to, end_from] = std::ranges::mismatch(to, from);
  const bool below = end_from == from.end();
  if (path.starts_with('/') && !below) return path;
  std::vector<std::string> steps(static_cast<size_t>(from.end() - end_from), "..");
  steps.insert(steps.end(), end_to, to.end());
  return steps.empty() ? "." : join(steps, "/");
}

}  // namespace dltrain::app
