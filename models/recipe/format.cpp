#include "models/recipe/format.h"

#include <algorithm>

#include "core/diagnostic.h"
#include "core/text.h"
#include "models/recipe/parse.h"
#include "models/recipe/tokens.h"

namespace dltrain::models {

namespace {

struct Line {
  size_t indent = 0;  // in steps of two blanks
  std::string code;
  std::string comment;

  bool empty() const { return code.empty() && comment.empty(); }
  bool is_header() const { return indent == 0 && code.starts_with('['); }
};

// 'text' as "text", where nothing in it would have to be escaped.
std::string with_usual_quotes(std::string_view text) {
  const bool plain =
      text.size() >= 2 && text.starts_with('\'') && !text.starts_with("'''") && std::ranges::none_of(text, [](char c) {
        return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
      });
  return plain ? "\"" + std::string(text.substr(1, text.size() - 2)) + "\"" : std::string(text);
}

// The lines of a text, each put together anew.
class Layout {
 public:
  explicit Layout(std::string_view text) : tokens_(tokens_of(text)) {}

  std::vector<Line> lines() {
    for (const Token& token : tokens_) add(token);
    finish_line();
    return std::move(lines_);
  }

 private:
  void add(const Token& token) {
    switch (token.kind) {
      case Token::Kind::blank: return;
      case Token::Kind::newline: finish_line(); return;
      case Token::Kind::comment:
        begin_line(token);
        line_.comment = token.text;
        return;
      default: break;
    }
    begin_line(token);
    if (blank_between(token)) line_.code += ' ';
    line_.code += token.kind == Token::Kind::string ? with_usual_quotes(token.text) : std::string(token.text);
    if (token.is("=") && open_.empty()) value_ = true;
    // Brackets of a header are no list.
    if (value_ && (token.is("[") || token.is("{"))) open_.push_back(line_.indent);
    if (value_ && (token.is("]") || token.is("}")) && !open_.empty()) open_.pop_back();
    before_ = &token;
  }

  // What stands in brackets is one step further in than the line that they began on.
  void begin_line(const Token& token) {
    if (begun_) return;
    begun_ = true;
    line_.indent = open_.empty() ? 0 : open_.back() + (token.is("]") || token.is("}") ? 0 : 1);
  }

  bool blank_between(const Token& token) const {
    if (before_ == nullptr || line_.code.empty()) return false;
    const Token& before = *before_;
    if (before.is("=") || token.is("=")) return true;
    if (token.is(",")) return false;
    if (before.is(",")) return true;
    if (before.is("{") || token.is("}")) return !(before.is("{") && token.is("}"));
    return false;  // parts of keys, and what stands in [ ]
  }

  void finish_line() {
    lines_.push_back(std::move(line_));
    line_ = {};
    before_ = nullptr;
    begun_ = false;
    if (open_.empty()) value_ = false;
  }

  std::vector<Token> tokens_;
  std::vector<Line> lines_;
  Line line_;
  std::vector<size_t> open_;  // by bracket: the indent of the line that it stands on
  const Token* before_ = nullptr;  // on this line
  bool begun_ = false, value_ = false;
};

// One empty line at most, none at the ends and below a header; one above each header and the comments that belong to it.
std::vector<Line> spaced(std::vector<Line> lines) {
  std::vector<Line> out;
  for (size_t i = 0; i < lines.size(); ++i) {
    Line& line = lines[i];
    if (line.empty()) {
      const bool wanted = !out.empty() && !out.back().empty() && !out.back().is_header();
      if (wanted) out.emplace_back();
      continue;
    }
    // Do comments from here on end with a header?
    size_t next = i;
    while (next < lines.size() && lines[next].code.empty() && !lines[next].comment.empty()) ++next;
    const bool begins_section = next < lines.size() && lines[next].is_header();
    const bool belongs_above = !out.empty() && out.back().code.empty() && !out.back().comment.empty();
    if (begins_section && !belongs_above && !out.empty() && !out.back().empty()) out.emplace_back();
    out.push_back(std::move(line));
  }
  while (!out.empty() && out.back().empty()) out.pop_back();
  return out;
}

size_t width_of(const Line& line) {
  const size_t last = line.code.rfind('\n');
  if (last != std::string::npos) return utf8_count(std::string_view(line.code).substr(last + 1));
  return 2 * line.indent + utf8_count(line.code);
}

constexpr size_t widest_aligned = 80;

bool takes_part(const Line& line) {
  return !line.code.empty() && !line.comment.empty() && width_of(line) <= widest_aligned;
}

// The column of the comments behind code, the same in lines of one indent that follow one another.
std::vector<size_t> comment_columns(const std::vector<Line>& lines) {
  std::vector<size_t> columns(lines.size(), 0);
  for (size_t begin = 0; begin < lines.size();) {
    size_t end = begin;
    size_t column = 0;
    while (end < lines.size() && !lines[end].code.empty() && lines[end].indent == lines[begin].indent &&
           !lines[end].is_header()) {
      if (takes_part(lines[end])) column = std::max(column, width_of(lines[end]));
      ++end;
    }
    for (size_t i = begin; i < end; ++i) columns[i] = takes_part(lines[i]) ? column : width_of(lines[i]);
    if (end == begin) columns[end] = width_of(lines[end]), ++end;
    begin = end;
  }
  return columns;
}

// As text, in which "not a number" equals itself.
std::string meaning_of(const std::string& name, const std::string& text) {
  return Setting(parse_recipe(name, text).table).toml();
}

std::string text_of(const std::vector<Line>& lines) {
  const std::vector<size_t> columns = comment_columns(lines);
  std::string text;
  for (size_t i = 0; i < lines.size(); ++i) {
    const Line& line = lines[i];
    if (!line.empty()) text += std::string(2 * line.indent, ' ') + line.code;
    if (!line.comment.empty())
      text += (line.code.empty() ? "" : std::string(columns[i] - width_of(line) + 2, ' ')) + line.comment;
    text += '\n';
  }
  return text;
}

}  // namespace

std::vector<std::string> comments_of(const std::string& text) {
  std::vector<std::string> comments;
  for (const Token& token : tokens_of(text)) {
    if (token.kind == Token::Kind::comment) comments.emplace_back(token.text);
  }
  return comments;
}

std::string formatted(const std::string& name, const std::string& text) {
  const std::string meaning = meaning_of(name, text);
  std::string out = text_of(spaced(Layout(text).lines()));
  bool same = false;
  try {
    same = meaning_of(name, out) == meaning && comments_of(out) == comments_of(text);
  } catch (const UserError&) {
    same = false;
  }
  if (!same) throw Bug("the formatted text of " + name + " does not mean the same");
  return out;
}

}  // namespace dltrain::models
