#include "core/setting.h"

#include <algorithm>
#include <utility>

#include "core/diagnostic.h"
#include "core/text.h"

namespace dltrain {

Table::Table() = default;
Table::Table(const Table& other) = default;
Table::Table(Table&& other) noexcept = default;
Table& Table::operator=(const Table& other) = default;
Table& Table::operator=(Table&& other) noexcept = default;
Table::~Table() = default;

const Setting* Table::find(std::string_view key) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.key == key; });
  return found == entries_.end() ? nullptr : &found->value;
}

Setting* Table::find(std::string_view key) { return const_cast<Setting*>(std::as_const(*this).find(key)); }

const Setting& Table::at(std::string_view key) const {
  const Setting* found = find(key);
  if (found == nullptr) throw Bug("a table has no key \"" + std::string(key) + "\"");
  return *found;
}

void Table::set(std::string key, Setting value, Place key_place) {
  if (Setting* found = find(key)) {
    *found = std::move(value);
    return;
  }
  entries_.push_back({std::move(key), std::move(value), std::move(key_place)});
}

void Table::erase(std::string_view key) {
  std::erase_if(entries_, [&](const Entry& e) { return e.key == key; });
}

Place Table::key_place(std::string_view key) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.key == key; });
  return found == entries_.end() ? Place{} : found->key_place;
}

bool Table::empty() const { return entries_.empty(); }

size_t Table::size() const { return entries_.size(); }

bool Table::operator==(const Table& other) const {
  return std::equal(entries_.begin(), entries_.end(), other.entries_.begin(), other.entries_.end(),
                    [](const Entry& a, const Entry& b) { return a.key == b.key && a.value == b.value; });
}

std::string Setting::type_text() const {
  constexpr const char* names[] = {"none",   "a truth value", "an integer", "a real number",
                                   "a text", "a list",        "a table"};
  return names[data_.index()];
}

std::string toml_key(std::string_view key) {
  const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  return bare ? std::string(key) : quote(key);
}

namespace {

struct TomlWriter {
  std::string operator()(std::monostate) const { return "none"; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return real_text(value); }
  std::string operator()(const std::string& value) const { return quote(value); }
  std::string operator()(const List& list) const {
    std::string text = "[";
    for (size_t i = 0; i < list.size(); ++i) text += (i > 0 ? ", " : "") + list[i].toml();
    return text + "]";
  }
  std::string operator()(const Table& table) const {
    std::string text = "{";
    for (const Table::Entry& entry : table.entries()) {
      if (entry.value.is_none()) continue;
      text += (text.size() > 1 ? ", " : " ") + toml_key(entry.key) + " = " + entry.value.toml();
    }
    return text + (text.size() > 1 ? " }" : "}");
  }
};

}  // namespace

std::string Setting::toml() const { return std::visit(TomlWriter{}, data_); }

}  // namespace dltrain
