#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/diagnostic.h"
#include "core/files.h"
#include "core/text.h"
#include "formats/json/json.h"

namespace dltrain::formats {

namespace {

using nlohmann::json;

// Builds settings while nlohmann reads; nothing is built twice, and the depth is checked on the way.
class SettingBuilder : public nlohmann::json_sax<json> {
 public:
  SettingBuilder(std::string_view text, const std::string& name, ExitCode meaning, int depth)
      : text_(text), name_(name), meaning_(meaning), depth_(depth) {}

  Setting take() { return std::move(root_); }

  bool null() override { return add({}); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(int64_t{value}); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > uint64_t{INT64_MAX}) return add(static_cast<double>(value));
    return add(static_cast<int64_t>(value));
  }
  bool number_float(number_float_t value, const string_t&) override { return add(value); }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(size_t) override { return open(Table()); }
  bool start_array(size_t) override { return open(List()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& value) override {
    Level& level = open_.back();
    if (!level.keys.insert(value).second) refuse("the key " + quote(value) + " appears twice in one object");
    level.key = std::move(value);
    return true;
  }
  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception&) override {
    const size_t at = position > 0 ? position - 1 : 0;
    const std::string_view before = text_.substr(0, at);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const size_t start = before.rfind('\n');
    const size_t column = start == std::string_view::npos ? at + 1 : at - start;
    refuse("it is not JSON (line " + std::to_string(line) + ", column " + std::to_string(column) + ")");
  }

 private:
  // A list or table around the next value.
  struct Level {
    Setting* container;  // grows only while it is the innermost
    std::string key;     // of the next value of a table
    std::unordered_set<std::string> keys;  // all so far: a table's own search would make large objects slow
  };

  [[noreturn]] void refuse(const std::string& what) const {
    throw UserError(meaning_, "unreadable-file", name_, what,
                    "correct the file, or let the program that wrote it write it again");
  }

  // Where the next value belongs.
  Setting* place(Setting value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Level& level = open_.back();
    if (List* list = level.container->list()) return &list->emplace_back(std::move(value));
    return &level.container->table()->entries().emplace_back(std::move(level.key), std::move(value), Place()).value;
  }

  bool add(Setting value) {
    place(std::move(value));
    return true;
  }

  bool open(Setting value) {
    if (static_cast<int>(open_.size()) == depth_)
      refuse("it is nested more than " + std::to_string(depth_) + " levels deep");
    open_.push_back({place(std::move(value)), {}, {}});
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  std::string_view text_;
  const std::string& name_;
  ExitCode meaning_;
  int depth_;
  Setting root_;
  std::vector<Level> open_;
};

}  // namespace

Setting parse_json(std::string_view text, const std::string& name, ExitCode meaning, const JsonLimits& limits) {
  if (text.size() > limits.bytes) {
    throw UserError(
        meaning, "file-too-large", name,
        "the JSON is too large (" + bytes_text(text.size()) + ", at most " + bytes_text(limits.bytes) + " are read)");
  }
  SettingBuilder builder(text, name, meaning, limits.depth);
  json::sax_parse(text.begin(), text.end(), &builder);
  return builder.take();
}

Setting read_json(const std::string& path, ExitCode meaning, const JsonLimits& limits) {
  return parse_json(read_text(path, meaning, limits.bytes), path, meaning, limits);
}

}  // namespace dltrain::formats
