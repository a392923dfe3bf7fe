// Recipes that nobody wrote: what any text may do to the reader, and texts that try. Used by the test that plays the
// corpus and by tests/fuzz, which goes on for as long as it is told.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dltrain::test {

// Reads a text as the program does: TOML, changes of "# --set" lines, layers, losses, the shapes of a model for images
// [8, 8, 1] of ten classes. Returns what is said, empty if it is a right recipe. Whatever is wrong with the text must
// come as a UserError; anything else is thrown on, or ends the process.
std::string read_hostile(const std::string& text);

// One of the texts, changed at a few places: bytes, words that mean something in recipes, pieces of another text, numbers
// at the ends of their ranges, brackets without end. The same for the same seed and number.
std::string mutated(const std::vector<std::string>& texts, uint64_t seed, uint64_t number);

}  // namespace dltrain::test
