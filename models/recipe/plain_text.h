// Texts without quotes, as people type them after --set: KEY=relu, KEY=cuda:1, KEY=a/b.csv, KEY=10 epochs.
#pragma once

#include <string>
#include <string_view>

namespace dltrain::models {

// What a word that is no TOML value was probably meant to be: "write true" for yes, "write 0.5" for .5, "for none, leave
// the key out" for None; empty for a word that can only be a text.
std::string mistaken_value(const std::string& word);

// Whether what is no TOML value is a text all the same: words without quotes, brackets, commas, = or #, of which a single
// one is not mistaken for another value.
bool is_plain_text(std::string_view value);

}  // namespace dltrain::models
