// Patterns for names, as shells write them for files.
#pragma once

#include <string_view>

namespace dltrain {

// Whether all of the text is as the pattern says: * stands for any characters, ? for one (a byte). Linear in the text
// for each *, so that no pattern takes long.
bool matches(std::string_view text, std::string_view pattern);

}  // namespace dltrain
