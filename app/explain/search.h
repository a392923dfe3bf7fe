// Looking for things by words: in names, keys and what is said about them.
#pragma once

#include <string>

#include "core/schema.h"

namespace dltrain::app {

// What has all of the words, the best first, a line each: components, hints, errors. Where nothing has them, words that
// are nearly so are taken, which the first line says. Empty if nothing has these either.
std::string search_text(const Catalogue& catalogue, const std::string& words);

// Every component that has a key of this name, or had one; "train.epochs" for one section. Empty if there is none.
std::string key_text(const Catalogue& catalogue, const std::string& name);

}  // namespace dltrain::app
