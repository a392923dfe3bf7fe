// Looking for things by words: in names, keys and what is said about them.
#pragma once

#include <string>

#include "core/schema.h"

namespace dltrain::app {

// What has all of the words, the best first, a line each; empty if nothing has.
std::string search_text(const Catalogue& catalogue, const std::string& words);

// Every component that has a key of this name, or had one; "train.epochs" for one section. Empty if there is none.
std::string key_text(const Catalogue& catalogue, const std::string& name);

}  // namespace dltrain::app
