// Recipes in one style: blanks, empty lines and quotes change, nothing else. Line breaks inside of lists and tables stay
// where they are; comments, order and numbers stay as they are written.
#pragma once

#include <string>
#include <vector>

namespace dltrain::models {

// The text of a recipe in the style. `name` is what messages call it. Throws UserError (recipe) for what is not TOML; a
// Bug if the result would mean something else.
std::string formatted(const std::string& name, const std::string& text);

// The comments of a text in their order.
std::vector<std::string> comments_of(const std::string& text);

}  // namespace dltrain::models
