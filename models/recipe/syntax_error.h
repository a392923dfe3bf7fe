// What is wrong with a text that is not TOML, in words a person who does not know TOML understands.
#pragma once

#include <memory>
#include <string_view>

#include "core/diagnostic.h"

namespace dltrain::models {

// `line` and `column` are where the parser stopped, `reason` what it said.
Diagnostic explain_syntax_error(const std::shared_ptr<const Source>& source, int line, int column,
                                std::string_view reason);

}  // namespace dltrain::models
