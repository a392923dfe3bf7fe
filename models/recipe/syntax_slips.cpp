#include "models/recipe/syntax_slips.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "core/text.h"
#include "models/recipe/plain_text.h"

namespace dltrain::models {

namespace {

constexpr std::string_view digits = "0123456789";

bool is_digit(char c) { return digits.find(c) != std::string_view::npos; }

// A line, and the byte that stands at a column of it.
class Line {
 public:
  Line(const std::shared_ptr<const Source>& source, int line, int column)
      : source_(source), line_(line), text_(line_of(source->text, line)) {
    for (int c = 1; c < column && at_ < text_.size(); ++c) at_ += std::max<size_t>(1, utf8_length(text_.substr(at_)));
  }

  std::string_view text() const { return text_; }
  size_t at() const { return at_; }
  Diagnostic error(size_t begin, size_t end, std::string what) const {
    const Place place{source_, line_, column_of(begin), column_of(end)};
    return {Severity::error, "syntax", place, "", std::move(what), "", "", "", {}};
  }

 private:
  int column_of(size_t byte) const { return 1 + static_cast<int>(utf8_count(text_.substr(0, byte))); }

  std::shared_ptr<const Source> source_;
  int line_;
  std::string_view text_;
  size_t at_ = 0;
};

// A carriage return that no line feed follows: the line end of old Macs, or of a text cut in the middle of one.
std::optional<Diagnostic> lone_carriage_return(const Line& line, std::string_view text) {
  if (line.text().data() == nullptr) return std::nullopt;
  const std::string_view rest = text.substr(static_cast<size_t>(line.text().data() - text.data()) + line.text().size());
  if (!rest.starts_with('\r') || rest.starts_with("\r\n")) return std::nullopt;
  Diagnostic d = line.error(line.text().size(), line.text().size(), "a carriage return alone ends no line");
  d.help = "save the file with the line ends of Unix (\\n) or Windows (\\r\\n)";
  return d;
}

std::optional<Diagnostic> control_character(const Line& line) {
  if (line.at() >= line.text().size()) return std::nullopt;
  const auto found = static_cast<unsigned char>(line.text()[line.at()]);
  if ((found >= 0x20 && found != 0x7f) || found == '\t' || found == '\r') return std::nullopt;
  constexpr std::string_view hex = "0123456789ABCDEF";
  const std::string number = std::string("00") + hex[found >> 4] + hex[found & 15];
  Diagnostic d = line.error(line.at(), line.at() + 1, "there is a control character, U+" + number);
  d.help = "take it out; in a text with double quotes, \\u" + number + " stands for it";
  return d;
}

// "= 0,001", where the text makes no sense from the comma or soon after it.
std::optional<Diagnostic> decimal_comma(const Line& line) {
  const std::string_view text = line.text();
  const size_t comma = text.substr(0, line.at() + 1).rfind(',');
  if (comma == std::string_view::npos || comma == 0 || !is_digit(text[comma - 1])) return std::nullopt;
  size_t begin = comma, end = comma + 1;
  while (begin > 0 && is_digit(text[begin - 1])) --begin;
  while (end < text.size() && is_digit(text[end])) ++end;
  if (begin > 0 && (text[begin - 1] == '-' || text[begin - 1] == '+')) --begin;
  if (end == comma + 1 || !trim(text.substr(0, begin)).ends_with('=')) return std::nullopt;
  const std::string word(text.substr(begin, end - begin));
  Diagnostic d = line.error(begin, end, word + " is not a number");
  d.hint = mistaken_value(word);
  return d;
}

// "(1, 2)" in the place of a value.
std::optional<Diagnostic> round_brackets(const Line& line) {
  const std::string_view text = line.text();
  size_t open = line.at();
  if (open >= text.size() || text[open] != '(') {
    if (open == 0 || open > text.size() || text[open - 1] != '(') return std::nullopt;
    --open;
  }
  const std::string_view before = trim(text.substr(0, open));
  if (!before.ends_with('=') && !before.ends_with('[') && !before.ends_with(',')) return std::nullopt;
  const size_t close = text.find(')', open);
  const bool closed = close != std::string_view::npos;
  const std::string_view inside = text.substr(open + 1, closed ? close - open - 1 : 0);
  Diagnostic d = line.error(open, closed ? close + 1 : open + 1, "a value does not begin with a round bracket");
  d.hint = "a list stands in square brackets" + (closed ? ": [" + std::string(trim(inside)) + "]" : "");
  return d;
}

}  // namespace

std::optional<Diagnostic> explain_slip(const std::shared_ptr<const Source>& source, int line, int column,
                                       bool in_list) {
  const Line here(source, line, column);
  if (auto found = lone_carriage_return(here, source->text)) return found;
  if (auto found = control_character(here)) return found;
  if (auto found = round_brackets(here)) return found;
  return in_list ? std::nullopt : decimal_comma(here);
}

}  // namespace dltrain::models
