// The pages of docs/errors, one for each code of core/code.h: what the mistake is, why it matters, a wrong and a right
// example. The program holds them, so that `dltrain explain E0201` needs no files and no network.
#pragma once

#include <map>
#include <string>

#include "core/code.h"

namespace dltrain::app::errors {

// The page of each code by its number, as docs/errors has it (Markdown).
const std::map<std::string, std::string>& pages();

// The page of a code for the terminal, by number or name ("E0201", "e0201", "unknown-key"); for "errors" the titles of
// all pages. Empty if there is no such code.
std::string text(const std::string& name, bool markdown);

}  // namespace dltrain::app::errors
