// Where in a text something stands. Copying a Place is cheap: the text is shared.
#pragma once

#include <memory>
#include <string>

namespace dltrain {

struct Place;

// A text that places refer to: a recipe, or the argument of --set.
struct Source {
  std::string name;  // as the user wrote it, e.g. "recipes/mnist.toml"
  std::string text;
  std::shared_ptr<const Source> extended_by = nullptr;  // the recipe that builds on this one; null: none
  std::shared_ptr<const Place> used_at = nullptr;  // of a text of the program's own: where a recipe uses it
};

// Lines and columns count from 1, columns in characters (code points); 0 means unknown. end_column is one past the last
// column on the same line; 0 where the end is unknown or on another line.
struct Place {
  std::shared_ptr<const Source> source;
  int line = 0;
  int column = 0;
  int end_column = 0;

  bool known() const { return source != nullptr; }
  // "recipe.toml:14:31", or as much of it as is known; empty if nothing is.
  std::string text() const;
  // Itself, or the place in the user's recipe that uses the text in which it is.
  const Place& in_recipe() const { return source && source->used_at ? source->used_at->in_recipe() : *this; }
};

}  // namespace dltrain
