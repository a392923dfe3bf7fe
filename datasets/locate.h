// Where the files of a recipe are.
#pragma once

#include <string>

#include "datasets/source.h"

namespace dltrain::datasets {

// An absolute path as it is; a relative one from the recipe's folder, else from $DLTRAIN_DATA. Throws UserError (data)
// that names both places, and where well-known sets come from.
std::string locate(const std::string& path, const LoadRequest& request);
bool can_locate(const std::string& path, const LoadRequest& request);

// A file that ships with dltrain, e.g. "iris/iris.csv".
std::string builtin_path(const std::string& name);

}  // namespace dltrain::datasets
