#include "app/annotations.h"

#include <string_view>

#include "core/files.h"

namespace dltrain::app {

namespace {

// What would end a command or one of its properties is written as GitHub's toolkit writes it.
std::string escaped(const std::string& text, std::string_view marks) {
  constexpr const char* digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (marks.find(c) == std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

std::string property(const char* name, const std::string& value) {
  return std::string(",") + name + "=" + escaped(value, "%\r\n:,");
}

}  // namespace

std::string github_annotation(const Diagnostic& diagnostic) {
  std::string properties;
  const Place& place = diagnostic.place.in_recipe();
  const bool option = place.known() && place.source->name.starts_with("--");  // of the command line: in no file
  if (place.known() && !option) {
    properties += property("file", normal_path(place.source->name));
    if (place.line > 0) properties += property("line", std::to_string(place.line));
    if (place.column > 0) properties += property("col", std::to_string(place.column));
    if (place.end_column > place.column) properties += property("endColumn", std::to_string(place.end_column - 1));
  }
  properties += property("title", std::string(diagnostic.code.number()));
  std::string text = (diagnostic.who.empty() ? "" : diagnostic.who + ": ") + diagnostic.what;
  for (const std::string& more : {diagnostic.hint, diagnostic.help}) {
    if (!more.empty()) text += "\n" + more;
  }
  if (option) text += "\nin " + place.source->name + (place.source->text.empty() ? "" : " " + place.source->text);
  if (&place != &diagnostic.place) text += "\nat " + diagnostic.place.text();
  if (!properties.empty()) properties[0] = ' ';
  return std::string("::") + (diagnostic.severity == Severity::error ? "error" : "warning") + properties +
         "::" + escaped(text, "%\r\n") + "\n";
}

}  // namespace dltrain::app
