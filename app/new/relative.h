// Paths as a recipe says them.
#pragma once

#include <string>

namespace dltrain::app {

// `path` (from the working directory) as it is called from `folder`; an absolute one stays as it is unless it is below
// the folder.
std::string relative_path(const std::string& path, const std::string& folder);

}  // namespace dltrain::app
