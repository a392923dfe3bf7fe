// The pieces that a TOML text is written with, comments and blanks among them: what tools that change a recipe work on,
// as the parser keeps neither. For texts that the parser has accepted.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dltrain::models {

struct Token {
  enum class Kind {
    blank,  // blanks, tabs and carriage returns
    newline,
    comment,  // from # to the end of the line, without blanks there
    string,  // with its quotes, of any kind
    word,  // a bare key or a value, dots among them
    symbol,  // [ ] { } = ,
  };
  Kind kind;
  std::string_view text;
  int line = 1, column = 1;  // where it begins; columns in characters

  bool is(std::string_view symbol) const { return kind == Kind::symbol && text == symbol; }
};

// All of the text in its order: put together again it is the same text, but for blanks behind comments. A byte order
// mark at the beginning is left out.
std::vector<Token> tokens_of(std::string_view text);

}  // namespace dltrain::models
