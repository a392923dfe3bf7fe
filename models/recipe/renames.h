// Keys of a recipe that have another name now: former names of ours, and those that Keras has renamed and that old
// tutorials still use (`formerly` in the descriptions of components). They are errors to the reader; migrate writes the
// names of today.
#pragma once

#include <string>
#include <vector>

#include "core/schema.h"

namespace dltrain::models {

struct Rename {
  Place place;  // of the key
  std::string from, to;  // to: empty if it may be several, and only the user can tell which
  bool taken = false;  // the table has both, and only the user can tell which is meant
  std::vector<std::string> names;  // that it may have now
};

// In the order of the text; whatever else may be wrong with the recipe. Lines and columns are those of `table`'s places.
std::vector<Rename> renames_in(const Table& table, const Catalogue& catalogue);

struct Migrated {
  std::string text;
  std::vector<Rename> done;
  std::vector<Rename> left;  // those that only the user can tell
};
// `name` is what messages call the recipe. Throws UserError (recipe) for what is not TOML; a Bug if more would change
// than these keys.
Migrated migrated(const std::string& name, const std::string& text, const Catalogue& catalogue);

}  // namespace dltrain::models
