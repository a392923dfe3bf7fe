#include "core/code.h"

#include <algorithm>
#include <cstdlib>

namespace dltrain {

void Code::is_not_in_the_table() { std::abort(); }  // never called: it only stops compilation

const CodeEntry* find_code(std::string_view text) {
  const auto found = std::find_if(std::begin(code_table), std::end(code_table),
                                  [&](const CodeEntry& entry) { return entry.number == text || entry.name == text; });
  return found == std::end(code_table) ? nullptr : found;
}

}  // namespace dltrain
