// Spans of time as people write them: "1h30m", "90s", "2d", or a number of seconds.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/schema.h"
#include "core/setting.h"

namespace dltrain {

// In seconds. Days, hours, minutes and seconds in this order, each at most once; fractions ("1.5h") are fine.
std::optional<double> parse_duration(std::string_view text);
// A number, or a text.
std::optional<double> duration_of(const Setting& setting);
// What is wrong with a setting; empty if it is a span longer than nothing.
std::string complaint_about_duration(const Setting& setting);
// What it lets pass.
Grammar duration_grammar();
std::string duration_words(double seconds);  // "1h30m", "90s" as "1m30s"

}  // namespace dltrain
