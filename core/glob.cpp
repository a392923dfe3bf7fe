#include "core/glob.h"

namespace dltrain {

// Walks both; at a mismatch the last * takes one character more. Earlier ones need not be tried again.
bool matches(std::string_view text, std::string_view pattern) {
  constexpr size_t none = std::string_view::npos;
  size_t t = 0, p = 0, star = none, taken = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != none) {
      p = star + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace dltrain
