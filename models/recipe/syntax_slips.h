// Mistakes that the characters show where a text stops being TOML, whatever the parser says of them: line ends of one
// carriage return, control characters, a comma for a decimal point, and lists in round brackets.
#pragma once

#include <memory>
#include <optional>

#include "core/diagnostic.h"

namespace dltrain::models {

// What is seen around a line and a column, both from 1, of a text in UTF-8; `in_list`: whether a list is open there, where
// commas separate elements. Nothing if there is none of these.
std::optional<Diagnostic> explain_slip(const std::shared_ptr<const Source>& source, int line, int column, bool in_list);

}  // namespace dltrain::models
