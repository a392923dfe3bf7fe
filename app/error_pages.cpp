#include "app/error_pages.h"

#include <algorithm>
#include <cctype>

#include "core/text.h"

namespace dltrain::app::errors {

namespace {

// Markdown as people read it in a terminal: headings without marks, blocks indented in place of their fences.
std::string plain(const std::string& page) {
  std::string out;
  bool in_block = false;
  for (const std::string& line : split(page.substr(0, page.size() - 1), '\n')) {
    if (line.starts_with("```")) {
      in_block = !in_block;
      continue;
    }
    const size_t mark = in_block || !line.starts_with('#') ? 0 : line.find_first_not_of("# ");
    out += (in_block && !line.empty() ? "    " : "") + line.substr(mark) + "\n";
  }
  return out;
}

std::string titles() {
  std::string text;
  for (const CodeEntry& entry : code_table) {
    const auto page = pages().find(std::string(entry.number));
    if (page != pages().end()) text += page->second.substr(2, page->second.find('\n') - 1);
  }
  return text;
}

}  // namespace

std::string text(const std::string& name, bool markdown) {
  if (name == "error" || name == "errors") return titles();
  std::string number = name;
  std::transform(number.begin(), number.end(), number.begin(), [](unsigned char c) { return std::toupper(c); });
  const CodeEntry* entry = find_code(name);
  if (entry == nullptr) entry = find_code(number);
  if (entry == nullptr) return {};
  const auto page = pages().find(std::string(entry->number));
  if (page == pages().end()) return {};
  return markdown ? page->second : plain(page->second);
}

}  // namespace dltrain::app::errors
