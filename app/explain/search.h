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

// The section that is meant by another name of it: "part" for "validation" and "data.test"; else the name.
std::string meant_section(const std::string& name);
// What there is in the place of something that is often looked for and that the catalogue plans only; empty if it is there.
std::string missing_text(const Catalogue& catalogue, const std::string& words);

}  // namespace dltrain::app
