#include "core/duration.h"

#include <array>
#include <cmath>

#include "core/text.h"

namespace dltrain {

namespace {

struct Unit {
  char letter;
  double seconds;
};
constexpr std::array units = {Unit{'d', 86400}, Unit{'h', 3600}, Unit{'m', 60}, Unit{'s', 1}};

}  // namespace

std::optional<double> parse_duration(std::string_view text) {
  text = trim(text);
  if (text.empty()) return std::nullopt;
  double seconds = 0;
  size_t unit = 0;
  while (!text.empty()) {
    const size_t end = text.find_first_not_of("0123456789.");
    if (end == std::string_view::npos || end == 0) return std::nullopt;
    const auto amount = parse_real(text.substr(0, end));
    while (unit < units.size() && units[unit].letter != text[end]) ++unit;
    if (!amount || unit == units.size()) return std::nullopt;
    seconds += *amount * units[unit++].seconds;
    text = trim(text.substr(end + 1));
  }
  return seconds;
}

std::optional<double> duration_of(const Setting& setting) {
  if (setting.text() != nullptr) return parse_duration(*setting.text());
  if (setting.real() != nullptr) return *setting.real();
  if (setting.integer() != nullptr) return static_cast<double>(*setting.integer());
  return std::nullopt;
}

std::string complaint_about_duration(const Setting& setting) {
  const auto seconds = duration_of(setting);
  if (!seconds) return "must be seconds, or a text as \"1h30m\"";
  return *seconds > 0 && std::isfinite(*seconds) ? "" : "must be longer than nothing";
}

// That each unit comes once, and in order, is beyond it.
Grammar duration_grammar() {
  std::string letters;
  for (const Unit& unit : units) letters += unit.letter;
  return {R"(^(\s*(\d+\.?\d*|\.\d+)[)" + letters + R"(])+\s*$)", "number"};
}

std::string duration_words(double seconds) {
  std::string text;
  double left = seconds;
  for (const Unit& unit : units) {
    const bool last = unit.letter == 's';
    const double amount = last ? left : std::floor(left / unit.seconds);
    left -= amount * unit.seconds;
    if (amount > 0 || (last && text.empty())) text += number_text(amount) + unit.letter;
  }
  return text;
}

}  // namespace dltrain
