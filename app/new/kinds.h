// Drafts of recipes, by the kind of data.
#pragma once

#include <string>

#include "app/new/draft.h"

namespace dltrain::app {

struct DataPlace {
  std::string path;     // to open it
  std::string written;  // as the recipe says it
};

// Of whatever is at a path. `target`: the column to predict, of tables; empty: by rules. Throws UserError (data, or
// recipe for a target that does not exist).
Draft draft_of(const DataPlace& place, const std::string& target);

Draft draft_of_table(const DataPlace& place, const std::string& target);
Draft draft_of_idx(const DataPlace& place);
Draft draft_of_npy(const DataPlace& x, const DataPlace& y);
Draft draft_of_npz(const DataPlace& place);
Draft draft_of_images(const DataPlace& place);

}  // namespace dltrain::app
