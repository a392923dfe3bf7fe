#include "models/recipe/plain_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "core/text.h"

namespace dltrain::models {

namespace {

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// A comma where a decimal point is meant, one between thousands, or one of a list without brackets.
std::string mistaken_comma(const std::string& word) {
  const size_t comma = word.find(',');
  if (comma == std::string::npos) return "";
  const std::string whole = word.substr(0, comma), part = word.substr(comma + 1);
  const size_t digits = whole.starts_with('-') || whole.starts_with('+') ? 1 : 0;
  constexpr const char* all = "0123456789";
  if (whole.size() == digits || part.empty() || whole.find_first_not_of(all, digits) != std::string::npos ||
      part.find_first_not_of(all) != std::string::npos)
    return "";
  const std::string decimal = "write " + whole + "." + part + " with a decimal point";
  if (whole[digits] == '0') return decimal;
  if (part.size() == 3) return decimal + ", or " + whole + part;
  return decimal + ", or a list in brackets: [" + whole + ", " + part + "]";
}

std::string mistaken_number(const std::string& word) {
  if (std::string comma = mistaken_comma(word); !comma.empty()) return comma;
  if (word.starts_with(".") && parse_real("0" + word)) return "write 0" + word;
  if (word.ends_with(".") && parse_real(word + "0")) return "write " + word + "0";
  std::string digits;
  std::copy_if(word.begin(), word.end(), std::back_inserter(digits), [](char c) { return c != '_' && c != ';'; });
  if (const auto integer = parse_integer(digits)) return "write " + std::to_string(*integer);
  return "";
}

// Also one that no double holds.
bool is_number(std::string_view word) {
  if (word.starts_with('+')) word.remove_prefix(1);
  double value = 0;
  const auto result = std::from_chars(word.data(), word.data() + word.size(), value);
  return result.ec != std::errc::invalid_argument && result.ptr == word.data() + word.size();
}

}  // namespace

std::string mistaken_value(const std::string& word) {
  const std::string low = lower(word);
  constexpr std::array yes = {"true", "yes", "on"};
  constexpr std::array no = {"false", "no", "off"};
  constexpr std::array none = {"none", "null", "nil"};
  if (std::find(yes.begin(), yes.end(), low) != yes.end()) return "write true";
  if (std::find(no.begin(), no.end(), low) != no.end()) return "write false";
  if (std::find(none.begin(), none.end(), low) != none.end()) return "for none, leave the key out";
  for (const char* curly : {"\u201c", "\u201d", "\u201e", "\u2018", "\u2019", "\u00ab", "\u00bb"}) {
    if (word.find(curly) != std::string::npos) return "write straight quotes: \"...\"";
  }
  return mistaken_number(word);
}

bool is_plain_text(std::string_view value) {
  const auto strange = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  return !value.empty() && value.find_first_of("\"'[]{},=#\\") == std::string_view::npos &&
         std::none_of(value.begin(), value.end(), strange) && !is_number(value) &&
         mistaken_value(std::string(value)).empty();
}

}  // namespace dltrain::models
