// "${name}" in the layers of a block stands for the value of a parameter, and keeps its type.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/setting.h"

namespace dltrain::models {

// The name in a text that is nothing but a placeholder.
std::optional<std::string> placeholder(const std::string& text);
// Calls f(name, place) for each placeholder in a value, however deep.
void for_each_placeholder(const Setting& value, const std::function<void(const std::string&, const Place&)>& f);
// Calls f(text, place) for each text that has a placeholder among other characters, which stays as it is.
void for_each_mixed_text(const Setting& value, const std::function<void(const std::string&, const Place&)>& f);
// The value with its placeholders replaced; those of unknown names stay.
Setting with_parameters(const Setting& value, const Table& parameters);

}  // namespace dltrain::models
