#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "formats/json/json.h"

namespace dltrain::formats {

namespace {

void append_text(std::string& out, std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  out += '"';
  for (size_t at = 0; at < text.size();) {
    const char c = text[at];
    const size_t length = utf8_length(text.substr(at));
    if (length == 0) {
      out += "\xef\xbf\xbd";  // U+FFFD
    } else if (c == '"' || c == '\\') {
      (out += '\\') += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += digits[c >> 4];
      out += digits[c & 15];
    } else {
      out += text.substr(at, length);
    }
    at += std::max<size_t>(1, length);
  }
  out += '"';
}

class Printer {
 public:
  explicit Printer(int indent) : indent_(indent) {}

  void print(const Setting& value, int level) {
    if (value.boolean() != nullptr) {
      out += *value.boolean() ? "true" : "false";
    } else if (value.integer() != nullptr) {
      out += std::to_string(*value.integer());
    } else if (value.real() != nullptr) {
      out += std::isfinite(*value.real()) ? real_text(*value.real()) : "null";
    } else if (value.text() != nullptr) {
      append_text(out, *value.text());
    } else if (value.list() != nullptr) {
      print_list(*value.list(), level);
    } else if (value.table() != nullptr) {
      print_table(*value.table(), level);
    } else {
      out += "null";
    }
  }

  std::string out;

 private:
  void new_line(int level) {
    if (indent_ > 0) out += "\n" + std::string(static_cast<size_t>(indent_ * level), ' ');
  }

  // Lists of plain values stay on one line.
  void print_list(const List& list, int level) {
    const bool plain = std::none_of(list.begin(), list.end(),
                                    [](const Setting& v) { return v.list() != nullptr || v.table() != nullptr; });
    out += '[';
    for (size_t i = 0; i < list.size(); ++i) {
      if (i > 0) out += plain || indent_ == 0 ? ", " : ",";
      if (!plain) new_line(level + 1);
      print(list[i], level + 1);
    }
    if (!plain && !list.empty()) new_line(level);
    out += ']';
  }

  void print_table(const Table& table, int level) {
    out += '{';
    bool first = true;
    for (const Table::Entry& entry : table.entries()) {
      if (!first) out += indent_ > 0 ? "," : ", ";
      first = false;
      new_line(level + 1);
      append_text(out, entry.key);
      out += ": ";
      print(entry.value, level + 1);
    }
    if (!first) new_line(level);
    out += '}';
  }

  int indent_;
};

}  // namespace

std::string json_text(const Setting& value, int indent) {
  Printer printer(indent);
  printer.print(value, 0);
  return std::move(printer.out);
}

}  // namespace dltrain::formats
