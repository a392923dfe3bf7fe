// Paths that one recipe says, as another recipe in another folder would have to say them.
#pragma once

#include <string>

#include "core/schema.h"
#include "core/setting.h"

namespace dltrain::models {

// Changes the relative paths in [data] and [model] of `table`, which stand for files in `folder`, so that they start at
// `home`; `folder` is absolute or starts at `home` itself. What is not there, but is at $DLTRAIN_DATA, stays. `base` is
// what the table extends: the type of the data may be said there.
void move_paths(Table& table, const Table& base, const std::string& home, const std::string& folder,
                const Catalogue& catalogue);

}  // namespace dltrain::models
