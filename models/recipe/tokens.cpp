#include "models/recipe/tokens.h"

#include <algorithm>

#include "core/text.h"

namespace dltrain::models {

namespace {

constexpr std::string_view symbols = "[]{}=,";
constexpr std::string_view blanks = " \t\r";

// The length of a string at the beginning of the text, quotes included.
size_t string_length(std::string_view text) {
  const char quote_mark = text[0];
  const std::string three(3, quote_mark);
  const bool long_one = text.starts_with(three);
  const std::string_view end = long_one ? std::string_view(three) : text.substr(0, 1);
  for (size_t at = end.size(); at < text.size(); ++at) {
    if (quote_mark == '"' && text[at] == '\\') {
      ++at;
      continue;
    }
    if (!text.substr(at).starts_with(end)) continue;
    at += end.size();
    // Up to two quotes may stand before the three that end a long string.
    while (long_one && at < text.size() && text[at] == quote_mark) ++at;
    return at;
  }
  return text.size();
}

Token::Kind kind_of(std::string_view text) {
  const char c = text[0];
  if (c == '\n') return Token::Kind::newline;
  if (blanks.find(c) != std::string_view::npos) return Token::Kind::blank;
  if (c == '#') return Token::Kind::comment;
  if (c == '"' || c == '\'') return Token::Kind::string;
  return symbols.find(c) != std::string_view::npos ? Token::Kind::symbol : Token::Kind::word;
}

size_t length_of(Token::Kind kind, std::string_view text) {
  const auto until = [&](size_t end) { return std::min(end, text.size()); };
  switch (kind) {
    case Token::Kind::newline:
    case Token::Kind::symbol: return 1;
    case Token::Kind::blank: return until(text.find_first_not_of(blanks));
    case Token::Kind::comment: return until(text.find('\n'));
    case Token::Kind::string: return string_length(text);
    case Token::Kind::word: return until(text.find_first_of(" \t\r\n#\"'[]{}=,"));
  }
  return 1;
}

}  // namespace

std::vector<Token> tokens_of(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<Token> tokens;
  int line = 1, column = 1;
  while (!text.empty()) {
    const Token::Kind kind = kind_of(text);
    const std::string_view all = text.substr(0, length_of(kind, text));
    std::string_view piece = all;
    if (kind == Token::Kind::comment) piece = piece.substr(0, piece.find_last_not_of(blanks) + 1);
    tokens.push_back({kind, piece, line, column});
    const auto lines = static_cast<int>(std::ranges::count(all, '\n'));
    const size_t last = all.rfind('\n');
    column =
        lines > 0 ? 1 + static_cast<int>(utf8_count(all.substr(last + 1))) : column + static_cast<int>(utf8_count(all));
    line += lines;
    text.remove_prefix(all.size());
  }
  return tokens;
}

}  // namespace dltrain::models
