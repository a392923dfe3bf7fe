#include "models/recipe/syntax_error.h"

#include <algorithm>
#include <array>
#include <optional>

#include "core/text.h"
#include "models/recipe/outline.h"
#include "models/recipe/parse.h"
#include "models/recipe/plain_text.h"
#include "models/recipe/syntax_slips.h"

namespace dltrain::models {

namespace {

// The characters of a text, which has been checked to be UTF-8.
std::vector<std::string> characters_of(std::string_view text) {
  std::vector<std::string> characters;
  while (!text.empty()) {
    const size_t size = std::max<size_t>(1, utf8_length(text));
    characters.emplace_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return characters;
}

struct Word {
  std::string text;
  Place place;
};

// The run of characters around a column that is neither blank nor punctuation of TOML; empty if there is none.
Word word_at(const std::shared_ptr<const Source>& source, int line, int column) {
  const std::vector<std::string> characters = characters_of(line_of(source->text, line));
  const auto part = [&](int c) {
    return c >= 1 && c <= static_cast<int>(characters.size()) &&
           std::string_view(" \t\r,[]{}=#\"'").find(characters[static_cast<size_t>(c - 1)]) == std::string_view::npos;
  };
  if (!part(column) && part(column - 1)) --column;
  int begin = column;
  int end = column;
  while (part(begin - 1)) --begin;
  while (part(end)) ++end;
  Word word{"", {source, line, begin, end}};
  for (int c = begin; c < end; ++c) word.text += characters[static_cast<size_t>(c - 1)];
  return word;
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

std::string hint_for_word(const std::string& word) {
  const std::string mistaken = mistaken_value(word);
  return mistaken.empty() ? "a text stands in quotes: " + quote(word) : mistaken;
}

std::string hint_for_number(const std::string& word) {
  if (has(word, "/")) return "a fraction stands in quotes: " + quote(word);
  return has(word, ",") ? "" : mistaken_value(word);
}

// A value that is none: a word without quotes, or a malformed number.
std::optional<Diagnostic> explain_value(const std::shared_ptr<const Source>& source, int line, int column,
                                        std::string_view reason) {
  const bool about_value = has(reason, "parsing value") || has(reason, "parsing boolean") ||
                           has(reason, "floating-point") || has(reason, "integer:") || has(reason, "parsing date") ||
                           has(reason, "parsing time");
  if (!about_value) return std::nullopt;
  const Word word = word_at(source, line, column);
  if (word.text.empty()) return std::nullopt;
  const bool number = std::string_view("0123456789+-.").find(word.text[0]) != std::string_view::npos;
  Diagnostic d{Severity::error, "syntax", word.place, "", ""};
  if (has(reason, "representable") || has(reason, "could not be interpreted")) {
    d.what = word.text + " is too large";
    d.hint = "integers have 64 bits, real numbers end at 1.8e308";
  } else if (number) {
    d.what = word.text + " is not a number";
    d.hint = hint_for_number(word.text);
  } else {
    d.what = word.text + " is not a value";
    d.hint = hint_for_word(word.text);
  }
  return d;
}

// What the parser says (a part of it), and what we say.
struct Phrase {
  std::string_view scope;
  std::string_view reason;
  const char* what;
  const char* hint;
};

constexpr std::array phrases = {
    Phrase{"string", "control characters", "the text is not closed on its line",
           "close it with the quote it began with"},
    Phrase{"string", "unknown escape", "the text has a backslash that means nothing",
           "for a plain backslash write \\\\, or use single quotes"},
    Phrase{"string", "", "the text is malformed", ""},
    Phrase{"header", "blank bare keys", "a section needs a name", "write [name]"},
    Phrase{"header", "comment or whitespace", "nothing may follow a section's name on its line", ""},
    Phrase{"header", "contiguous", "the brackets of [[...]] belong together", ""},
    Phrase{"header", "expected ']'", "the section's name is not closed", "a ] is missing"},
    Phrase{"header", "", "this is not a section's name",
           "write [name], or \"name\" in quotes if it has unusual characters"},
    Phrase{"inline table", "comma or closing", "a comma is missing before this",
           "keys of a table are separated by commas"},
    Phrase{"inline table", "saw comma", "there is a comma too many", ""},
    Phrase{"inline table", "", "a key is missing here", "a table is written { key = value, ... }"},
    Phrase{"array", "comma or closing", "a comma is missing before this", "elements of a list are separated by commas"},
    Phrase{"array", "saw comma", "there is a comma too many", ""},
    Phrase{"key-value", "saw ':'", "a key and its value are separated by =", "write = in place of :"},
    Phrase{"key-value", "expected '='", "a = is missing after the key", "write key = value"},
    Phrase{"key-value", "expected value", "the value is missing after =", ""},
    Phrase{"key-value", "comment or whitespace", "nothing may follow a value on its line",
           "one key = value on each line; a comment begins with #"},
    Phrase{"key", "bare key", "a name is missing here", "unusual characters in a name need quotes"},
    Phrase{"key", "multi-line", "a name is written on one line", ""},
    Phrase{"root", "expected keys", "this is neither a key nor a section", "write key = value, or [section]"},
    Phrase{"value", "", "a value is missing here", "a text in quotes, a number, true, false, a list or a table"},
    Phrase{"", "nested value depth", "the values are nested too deeply", ""},
};

Diagnostic explain_phrase(Place place, std::string_view reason) {
  const size_t colon = reason.find(": ");
  const std::string_view scope = reason.substr(0, colon);
  const std::string_view said = colon == std::string_view::npos ? reason : reason.substr(colon + 2);
  Diagnostic d{Severity::error, "syntax", std::move(place), "", "this is not TOML (" + std::string(said) + ")"};
  for (const Phrase& phrase : phrases) {
    if (!has(scope, phrase.scope) || !has(said, phrase.reason)) continue;
    d.what = phrase.what;
    d.hint = phrase.hint;
    break;
  }
  return d;
}

Diagnostic explain_repeat(Place place, const Outline& outline) {
  auto found = std::find_if(outline.repeats.begin(), outline.repeats.end(),
                            [&](const Outline::Repeat& r) { return r.again.line >= place.line; });
  if (outline.repeats.empty()) return {Severity::error, "duplicate-key", std::move(place), "", "this stands twice"};
  if (found == outline.repeats.end()) --found;  // a header, of which the parser says so when it has read it
  Diagnostic d{Severity::error, "duplicate-key", found->again, "", quote(found->key) + " is defined twice"};
  d.hint = "defined before, at line " + std::to_string(found->first.line);
  d.notes.push_back({found->first, quote(found->key) + " stands here first"});
  d.help = "remove one of the two";
  return d;
}

// A path of Windows in double quotes, where a backslash begins a sign: "C:\\Users". Nothing for other mistakes.
std::optional<Diagnostic> explain_backslash(const std::shared_ptr<const Source>& source, int line, int column,
                                            std::string_view reason) {
  if (!has(reason, "hex digit") && !has(reason, "escape") && !has(reason, "unicode")) return std::nullopt;
  const std::vector<std::string> characters = characters_of(line_of(source->text, line));
  size_t at = std::min(characters.size(), static_cast<size_t>(std::max(column, 1)));
  while (at > 0 && characters[at - 1] != "\\" && characters[at - 1] != "\"") --at;
  if (at == 0 || characters[at - 1] != "\\") return std::nullopt;
  size_t begin = at - 1, end = at;
  while (begin > 0 && characters[begin] != "\"") --begin;
  while (end < characters.size() && characters[end] != "\"") ++end;
  std::string text, doubled;
  for (size_t i = begin + 1; i < end; ++i) {
    text += characters[i];
    doubled += characters[i] == "\\" ? "\\\\" : characters[i];
  }
  const bool whole = characters[begin] == "\"" && text.find('\'') == std::string::npos;
  const int start = static_cast<int>(at);
  Diagnostic d{Severity::error,
               "syntax",
               {source, line, start, start + 2},
               "",
               "in double quotes a backslash begins a sign, and this one means nothing"};
  d.help = whole ? "write '" + text + "' in single quotes, or \"" + doubled + "\""
                 : "for a plain backslash write \\\\, or use single quotes";
  return d;
}

// What is open is not closed; `note` says where that shows, if not at the end.
Diagnostic explain_open(const Outline::Open& open) {
  Diagnostic d{Severity::error, "syntax", open.place, "",
               "this " + (open.what == "header" ? "section's name" : open.what) + " is not closed"};
  d.hint = open.what == "list" || open.what == "header" ? "a ] is missing"
           : open.what == "table"                       ? "a } is missing"
                                                        : "the closing quote is missing";
  return d;
}

// Whether a line reads as a section's name or as a key with its value, not as elements of a list.
bool begins_anew(std::string_view line) {
  line = trim(line);
  const std::string_view inner = trim(line.substr(std::min(line.size(), line.find_first_not_of('['))));
  const bool header = line.starts_with('[') && !inner.empty() && line.find(']') != std::string_view::npos &&
                      std::string_view("0123456789+-\"'{]").find(inner.front()) == std::string_view::npos;
  const std::string_view key = trim(line.substr(0, line.find('=')));
  return header || (key.size() < line.size() && !key.empty() && key.find_first_of(" \t{[,") == std::string_view::npos);
}

// A list or table that was open when the text stopped making sense on a later line: often its end is what is missing.
// Nothing if the line looks like a part of it.
std::optional<Diagnostic> explain_unclosed(const Place& place, const Outline& outline, std::string_view reason) {
  if (outline.open.empty() || has(reason, "saw comma")) return std::nullopt;
  const bool ended = has(reason, "end-of-file");
  const auto& stack = outline.open;
  // A section's name inside a list reads as a list of its own.
  const bool in_header = stack.size() > 1 && stack.back().what == "list" && stack.back().place.column == 1;
  const Outline::Open& open = in_header ? stack[stack.size() - 2] : stack.back();
  const bool on_its_line = has(reason, "parsing string") && open.what == "text" && open.place.line == place.line;
  const std::string_view line = line_of(place.source->text, place.line);
  const bool new_key = !line.empty() && line.front() != ' ' && line.front() != '\t' && begins_anew(line);
  const bool another_line = open.what != "header" && open.place.line != place.line && new_key;
  const bool new_table = open.what == "table" && has(reason, "expected key or closing");
  if (!ended && !on_its_line && !another_line && !new_table) return std::nullopt;
  if (on_its_line && has(reason, "unknown escape")) return std::nullopt;
  Diagnostic d = explain_open(open);
  if (!ended && !on_its_line) {
    d.notes.push_back({{place.source, place.line, 0, 0}, "something new begins here: " + std::string(trim(line))});
  }
  return d;
}

}  // namespace

Diagnostic explain_syntax_error(const std::shared_ptr<const Source>& source, int line, int column,
                                std::string_view reason) {
  const Outline outline = outline_of(source, deepest_recipe, has(reason, "redefine") ? line + 1 : 0);
  const Place place{source, line, column, 0};
  if (has(reason, "redefine") || has(reason, "into existing inline table")) return explain_repeat(place, outline);
  if (const auto first = source->text.find_first_not_of(" \t\r\n");
      first != std::string::npos && source->text[first] == '{' && has(reason, "root table")) {
    Diagnostic d = explain_phrase(place, reason);
    d.help = "this looks like JSON; recipes are TOML: [section] and key = value";
    return d;
  }
  const bool in_list = !outline.open.empty() && outline.open.back().what == "list";
  if (auto slip = explain_slip(source, line, column, in_list)) return *std::move(slip);
  if (auto backslash = explain_backslash(source, line, column, reason)) return *std::move(backslash);
  if (auto unclosed = explain_unclosed(place, outline, reason)) return *std::move(unclosed);
  if (auto value = explain_value(source, line, column, reason)) return *std::move(value);
  return has(reason, "end-of-file") ? Diagnostic{Severity::error, "syntax", place, "", "the text ends too early"}
                                    : explain_phrase(place, reason);
}

}  // namespace dltrain::models
