#include "core/diagnostic.h"

#include <algorithm>
#include <set>
#include <tuple>

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

// One character of a line as it is shown: control characters and broken UTF-8 do not reach the terminal.
struct Shown {
  std::string text;
  bool tab = false;
};

std::vector<Shown> characters_of(std::string_view line) {
  std::vector<Shown> characters;
  while (!line.empty()) {
    const size_t size = utf8_length(line);
    const std::string_view bytes = line.substr(0, std::max<size_t>(size, 1));
    const bool printable = size > 1 ? !bytes.starts_with("\xC2") || static_cast<unsigned char>(bytes[1]) >= 0xA0
                                    : size == 1 && static_cast<unsigned char>(bytes[0]) >= 0x20 && bytes[0] != 0x7F;
    const bool tab = bytes == "\t";
    characters.push_back({printable || tab ? std::string(bytes) : "?", tab});
    line.remove_prefix(bytes.size());
  }
  return characters;
}

// The source line and a caret line below it. Tabs are kept above and below, so that the caret stays under its column.
// Long lines are shown around the column only.
std::string excerpt(const Place& place, const std::string& hint) {
  if (!place.known() || place.line <= 0) return {};
  const std::vector<Shown> line = characters_of(line_of(place.source->text, place.line));
  const size_t begin = std::min(line.size(), static_cast<size_t>(std::max(0, place.column - 1)));
  const size_t wanted_end = place.end_column > place.column ? static_cast<size_t>(place.end_column - 1) : begin + 1;

  constexpr size_t widest = 120;
  const size_t first = line.size() > widest && begin > widest / 2 ? begin - widest / 2 : 0;
  const size_t last = std::min(line.size(), first + widest);
  const size_t end = std::max(begin + 1, std::min(wanted_end, last));

  std::string above = first > 0 ? "..." : "";
  std::string below(above.size(), ' ');
  for (size_t i = first; i < last; ++i) above += line[i].text;
  for (size_t i = first; i < begin; ++i) below += line[i].tab ? "\t" : " ";
  if (last < line.size()) above += "...";

  const std::string number = std::to_string(place.line);
  const std::string gutter(number.size() < 5 ? 5 - number.size() : 0, ' ');
  std::string text = gutter + number + " | " + above + "\n";
  text += std::string(std::max<size_t>(5, number.size()), ' ') + " | " + below + std::string(end - begin, '^');
  if (!hint.empty()) text += " " + hint;
  return text + "\n";
}

}  // namespace

std::string Diagnostic::text() const {
  std::string out;
  if (place.known()) out += place.text() + ": ";
  out += severity == Severity::error ? "error" : "warning";
  out += "[" + std::string(code.number()) + "]: ";
  if (!who.empty()) out += who + ": ";
  out += what + "\n";
  const std::string shown = excerpt(place, hint);
  out += shown;
  if (shown.empty() && !hint.empty()) out += "   " + hint + "\n";
  if (!known.empty()) out += "   known: " + known + "\n";
  for (const Note& note : notes) {
    out += "   = note: " + (note.place.known() ? note.place.text() + ": " : std::string()) + note.text + "\n";
  }
  if (place.known()) {
    const Place& user = place.in_recipe();
    if (&user != &place) out += "   = note: used at " + user.text() + "\n";
    for (const Source* source = user.source->extended_by.get(); source != nullptr; source = source->extended_by.get())
      out += "   = note: extended by " + source->name + "\n";
  }
  if (!help.empty()) out += "   = help: " + help + "\n";
  return out;
}

Diagnostic& Diagnostics::error(Code code, Place place, std::string who, std::string what) {
  list_.push_back({Severity::error, code, std::move(place), std::move(who), std::move(what)});
  return list_.back();
}

Diagnostic& Diagnostics::warning(Code code, Place place, std::string who, std::string what) {
  list_.push_back({Severity::warning, code, std::move(place), std::move(who), std::move(what)});
  return list_.back();
}

void Diagnostics::add(const std::vector<Diagnostic>& diagnostics) {
  list_.insert(list_.end(), diagnostics.begin(), diagnostics.end());
}

void Diagnostics::sort_by_place() {
  const auto key = [](const Diagnostic& d) {
    return std::tuple(d.place.line == 0, d.place.known() ? d.place.source->name : std::string(), d.place.line,
                      d.place.column);
  };
  std::stable_sort(list_.begin(), list_.end(),
                   [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
  const auto says = [&](const Diagnostic& d) { return std::tuple(key(d), d.code.number(), d.what); };
  std::vector<Diagnostic> kept;
  std::set<decltype(says(list_.front()))> said;
  for (Diagnostic& each : list_) {
    if (each.place.line == 0 || said.insert(says(each)).second) kept.push_back(std::move(each));
  }
  list_ = std::move(kept);
  counted_ = errors_ = 0;
}

bool Diagnostics::has_errors() const { return error_count() > 0; }

size_t Diagnostics::error_count() const {
  for (; counted_ < list_.size(); ++counted_) errors_ += list_[counted_].severity == Severity::error;
  return errors_;
}

void Diagnostics::throw_if_errors(ExitCode code) const {
  if (has_errors()) throw UserError(code, list_);
}

namespace {

std::string all_texts(const std::vector<Diagnostic>& diagnostics) {
  constexpr size_t most = 100;  // nobody reads more, and each is looked up in the text of the recipe
  std::string text;
  for (size_t i = 0; i < std::min(diagnostics.size(), most); ++i) text += diagnostics[i].text();
  return text;
}

}  // namespace

UserError::UserError(ExitCode code, std::vector<Diagnostic> diagnostics)
    : std::runtime_error(all_texts(diagnostics)), code_(code), diagnostics_(std::move(diagnostics)) {}

UserError::UserError(ExitCode exit, Code code, std::string who, std::string what, std::string help)
    : UserError(exit,
                {Diagnostic{Severity::error, code, {}, std::move(who), std::move(what), "", "", std::move(help)}}) {}

}  // namespace dltrain
