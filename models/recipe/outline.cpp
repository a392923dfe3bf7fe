#include "models/recipe/outline.h"

#include <map>
#include <string_view>
#include <utility>

namespace dltrain::models {

namespace {

// Reads characters and counts lines and columns, as the TOML parser does.
class Cursor {
 public:
  explicit Cursor(const std::shared_ptr<const Source>& source) : source_(source), text_(source->text) {}

  bool at_end() const { return at_ >= text_.size(); }
  char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool starts(std::string_view prefix) const { return text_.substr(at_).starts_with(prefix); }
  void next(size_t count = 1) {
    for (; count > 0 && !at_end(); --count) {
      const char c = text_[at_++];
      if (c == '\n') {
        ++line_;
        column_ = 1;
      } else if ((static_cast<unsigned char>(peek()) & 0xC0u) != 0x80u || at_end()) {
        ++column_;
      }
    }
  }
  int line() const { return line_; }
  Place here() const { return {source_, line_, column_, 0}; }
  // From `begin` up to here.
  Place since(Place begin) const {
    if (begin.line == line_) begin.end_column = column_;
    return begin;
  }

 private:
  std::shared_ptr<const Source> source_;
  std::string_view text_;
  size_t at_ = 0;
  int line_ = 1;
  int column_ = 1;
};

bool is_bare(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         static_cast<unsigned char>(c) >= 0x80;
}

struct Segment {
  std::string name;
  Place place;
};

class Walker {
 public:
  Walker(const std::shared_ptr<const Source>& source, int deepest, int last_line)
      : cursor_(source), deepest_(deepest), last_line_(last_line) {}

  Outline walk() {
    while (skip_blanks(true), !cursor_.at_end()) {
      if (last_line_ > 0 && cursor_.line() > last_line_) break;
      if (!(cursor_.peek() == '[' ? header() : pair(current_, depth_))) break;
    }
    return std::move(outline_);
  }

 private:
  // How a table came to be: what may be added to it depends on that.
  enum class Made {
    by_path,
    by_header,
    by_headers,
    by_dots,
    as_value
  };
  struct Slot {
    int scope;
    Place first;
    Made made;
  };

  bool skip_blanks(bool newlines) {
    while (!cursor_.at_end()) {
      const char c = cursor_.peek();
      if (c == '#' && newlines) {
        while (!cursor_.at_end() && cursor_.peek() != '\n') cursor_.next();
      } else if (c == ' ' || c == '\t' || (newlines && (c == '\n' || c == '\r'))) {
        cursor_.next();
      } else {
        break;
      }
    }
    return true;
  }

  bool too_deep(int depth, const Place& place) {
    if (depth <= deepest_) return false;
    if (!outline_.too_deep) outline_.too_deep = place;
    return true;
  }

  bool key(std::vector<Segment>& path, int depth) {
    while (true) {
      skip_blanks(false);
      const Place begin = cursor_.here();
      std::string name;
      if (cursor_.peek() == '"' || cursor_.peek() == '\'') {
        if (!text(&name)) return false;
      } else {
        while (is_bare(cursor_.peek())) {
          name += cursor_.peek();
          cursor_.next();
        }
        if (name.empty()) return false;
      }
      path.push_back({name, cursor_.since(begin)});
      if (too_deep(depth + static_cast<int>(path.size()), begin)) return false;
      skip_blanks(false);
      if (cursor_.peek() != '.') return true;
      cursor_.next();
    }
  }

  // A text of any of the four kinds; `content` gets what stands between the quotes.
  bool text(std::string* content = nullptr) {
    const char mark = cursor_.peek();
    const std::string closing(cursor_.peek(1) == mark && cursor_.peek(2) == mark ? 3 : 1, mark);
    outline_.open.push_back({"text", cursor_.here()});
    cursor_.next(closing.size());
    while (!cursor_.starts(closing)) {
      if (cursor_.at_end() || (closing.size() == 1 && cursor_.peek() == '\n')) return false;
      if (mark == '"' && cursor_.peek() == '\\') {
        if (content != nullptr) *content += '\\';
        cursor_.next();
      }
      if (content != nullptr) *content += cursor_.peek();
      cursor_.next();
    }
    cursor_.next(closing.size());
    while (closing.size() == 3 && cursor_.peek() == mark) cursor_.next();  // up to two more quotes belong to the text
    outline_.open.pop_back();
    return true;
  }

  // `depth` is the number of tables and lists around it, without the root.
  bool value(int depth) {
    switch (cursor_.peek()) {
      case '"':
      case '\'': return text();
      case '[': return list(depth + 1);
      case '{': return table(depth + 1);
      default: return plain();
    }
  }

  bool plain() {
    bool any = false;
    while (!cursor_.at_end() && std::string_view(" \t\r\n,]}#=[{\"'").find(cursor_.peek()) == std::string_view::npos) {
      cursor_.next();
      any = true;
    }
    return any;
  }

  bool list(int depth) {
    if (too_deep(depth, cursor_.here())) return false;
    outline_.open.push_back({"list", cursor_.here()});
    cursor_.next();
    while (true) {
      skip_blanks(true);
      if (cursor_.peek() == ']') break;
      if (!value(depth)) return false;
      skip_blanks(true);
      if (cursor_.peek() == ',') cursor_.next();
      else if (cursor_.peek() != ']') return false;
    }
    cursor_.next();
    outline_.open.pop_back();
    return true;
  }

  bool table(int depth) {
    if (too_deep(depth, cursor_.here())) return false;
    outline_.open.push_back({"table", cursor_.here()});
    cursor_.next();
    const int scope = ++scopes_;
    while (true) {
      skip_blanks(true);
      if (cursor_.peek() == '}') break;
      if (!pair(scope, depth)) return false;
      skip_blanks(true);
      if (cursor_.peek() == ',') cursor_.next();
      else if (cursor_.peek() != '}') return false;
    }
    cursor_.next();
    outline_.open.pop_back();
    return true;
  }

  bool pair(int scope, int depth) {
    std::vector<Segment> path;
    if (!key(path, depth)) return false;
    if (cursor_.peek() != '=') return false;
    cursor_.next();
    skip_blanks(false);
    for (size_t i = 0; i + 1 < path.size(); ++i) {
      const auto [slot, fresh] = slots_.try_emplace({scope, path[i].name}, Slot{0, path[i].place, Made::by_dots});
      if (fresh) slot->second.scope = ++scopes_;
      else if (slot->second.made != Made::by_dots && slot->second.made != Made::by_path) repeat(slot->second, path[i]);
      scope = slot->second.scope;
    }
    const Slot made{++scopes_, path.back().place, Made::as_value};
    const auto [slot, fresh] = slots_.try_emplace({scope, path.back().name}, made);
    if (!fresh) repeat(slot->second, path.back());
    return value(depth + static_cast<int>(path.size()) - 1);
  }

  bool header() {
    outline_.open.push_back({"header", cursor_.here()});
    const bool array = cursor_.peek(1) == '[';
    cursor_.next(array ? 2 : 1);
    std::vector<Segment> path;
    if (!key(path, array ? 1 : 0)) return false;
    for (int i = 0; i < (array ? 2 : 1); ++i) {
      if (cursor_.peek() != ']') return false;
      cursor_.next();
    }
    outline_.open.pop_back();
    int scope = 0;
    for (size_t i = 0; i + 1 < path.size(); ++i) {
      const auto [slot, fresh] = slots_.try_emplace({scope, path[i].name}, Slot{0, path[i].place, Made::by_path});
      if (fresh) slot->second.scope = ++scopes_;
      else if (slot->second.made == Made::as_value) repeat(slot->second, path[i]);
      scope = slot->second.scope;
    }
    open_table(scope, path.back(), array);
    depth_ = static_cast<int>(path.size()) + (array ? 1 : 0);
    return true;
  }

  void open_table(int scope, const Segment& last, bool array) {
    const Made made = array ? Made::by_headers : Made::by_header;
    const auto [slot, fresh] = slots_.try_emplace({scope, last.name}, Slot{0, last.place, made});
    if (!fresh && (array ? slot->second.made != made : slot->second.made != Made::by_path)) repeat(slot->second, last);
    if (fresh || array) slot->second.scope = ++scopes_;  // each [[name]] is a new table
    slot->second.made = made;
    current_ = slot->second.scope;
  }

  void repeat(const Slot& slot, const Segment& again) {
    outline_.repeats.push_back({again.name, slot.first, again.place});
  }

  Cursor cursor_;
  int deepest_;
  int last_line_;
  Outline outline_;
  std::map<std::pair<int, std::string>, Slot> slots_;
  int scopes_ = 0;  // 0 is the root
  int current_ = 0;  // the table that the last header opened
  int depth_ = 0;  // its depth
};

}  // namespace

Outline outline_of(const std::shared_ptr<const Source>& source, int deepest, int last_line) {
  return Walker(source, deepest, last_line).walk();
}

}  // namespace dltrain::models
