#include "core/diagnostic.h"

#include <algorithm>

#include "core/text.h"

namespace dltrain {

std::string Place::text() const {
  if (!source) return {};
  std::string text = source->name;
  if (line > 0) text += ":" + std::to_string(line);
  if (line > 0 && column > 0) text += ":" + std::to_string(column);
  return text;
}

namespace {

// The 1-based line of a text, without its newline.
std::string_view line_of(std::string_view text, int line) {
  for (int at = 1; at < line; ++at) {
    const size_t newline = text.find('\n');
    if (newline == std::string_view::npos) return {};
    text.remove_prefix(newline + 1);
  }
  return text.substr(0, text.find_first_of("\r\n"));
}

// The source line and a caret line below it. Tabs are kept above and below, so that the caret stays under its column.
// Long lines are shown around the column only.
std::string excerpt(const Place& place, const std::string& hint) {
  if (!place.known() || place.line <= 0) return {};
  std::string line(line_of(place.source->text, place.line));
  size_t begin = place.column > 0 ? static_cast<size_t>(place.column - 1) : 0;
  begin = std::min(begin, line.size());
  size_t end = place.end_column > place.column ? static_cast<size_t>(place.end_column - 1) : begin + 1;
  end = std::min(std::max(end, begin + 1), std::max(line.size(), begin + 1));

  constexpr size_t widest = 120;
  std::string before;
  if (line.size() > widest && begin > widest / 2) {
    const size_t cut = begin - widest / 2;
    line = line.substr(cut);
    begin -= cut;
    end -= cut;
    before = "...";
  }
  if (line.size() > widest) line = line.substr(0, widest) + "...";
  end = std::min(end, std::max(line.size(), begin + 1));

  std::string pad(before.size(), ' ');
  for (size_t i = 0; i < begin && i < line.size(); ++i) pad += line[i] == '\t' ? '\t' : ' ';
  const std::string number = std::to_string(place.line);
  const std::string gutter(number.size() < 5 ? 5 - number.size() : 0, ' ');
  std::string text = gutter + number + " | " + before + line + "\n";
  text += std::string(std::max<size_t>(5, number.size()), ' ') + " | " + pad + std::string(end - begin, '^');
  if (!hint.empty()) text += " " + hint;
  return text + "\n";
}

}  // namespace

std::string Diagnostic::text() const {
  std::string out;
  if (place.known()) out += place.text() + ": ";
  out += severity == Severity::error ? "error" : "warning";
  if (!code.empty()) out += "[" + code + "]";
  out += ": ";
  if (!who.empty()) out += who + ": ";
  out += what + "\n";
  const std::string shown = excerpt(place, hint);
  out += shown;
  if (shown.empty() && !hint.empty()) out += "   " + hint + "\n";
  if (!known.empty()) out += "   known: " + known + "\n";
  for (const Note& note : notes) {
    out += "   = note: " + (note.place.known() ? note.place.text() + ": " : std::string()) + note.text + "\n";
  }
  if (!help.empty()) out += "   = help: " + help + "\n";
  return out;
}

Diagnostic& Diagnostics::error(std::string code, Place place, std::string who, std::string what) {
  list_.push_back({Severity::error, std::move(code), std::move(place), std::move(who), std::move(what)});
  return list_.back();
}

Diagnostic& Diagnostics::warning(std::string code, Place place, std::string who, std::string what) {
  list_.push_back({Severity::warning, std::move(code), std::move(place), std::move(who), std::move(what)});
  return list_.back();
}

void Diagnostics::add(const std::vector<Diagnostic>& diagnostics) {
  list_.insert(list_.end(), diagnostics.begin(), diagnostics.end());
}

bool Diagnostics::has_errors() const { return error_count() > 0; }

size_t Diagnostics::error_count() const {
  return static_cast<size_t>(
      std::count_if(list_.begin(), list_.end(), [](const Diagnostic& d) { return d.severity == Severity::error; }));
}

void Diagnostics::throw_if_errors(ExitCode code) const {
  if (has_errors()) throw UserError(code, list_);
}

namespace {

std::string all_texts(const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) text += diagnostic.text();
  return text;
}

}  // namespace

UserError::UserError(ExitCode code, std::vector<Diagnostic> diagnostics)
    : std::runtime_error(all_texts(diagnostics)), code_(code), diagnostics_(std::move(diagnostics)) {}

UserError::UserError(ExitCode code, std::string who, std::string what, std::string help)
    : UserError(code, {Diagnostic{Severity::error, "", {}, std::move(who), std::move(what), "", "", std::move(help)}}) {}

}  // namespace dltrain
