// A value as a recipe holds it, with the place where it stands: what TOML can express, in order, independent of the
// TOML parser. Comparison ignores places.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/place.h"

namespace dltrain {

class Setting;
using List = std::vector<Setting>;

// Keys in the order of the text.
class Table {
 public:
  struct Entry;

  // Defined where Entry is complete.
  Table();
  Table(const Table& other);
  Table(Table&& other) noexcept;
  Table& operator=(const Table& other);
  Table& operator=(Table&& other) noexcept;
  ~Table();

  const Setting* find(std::string_view key) const;
  Setting* find(std::string_view key);
  const Setting& at(std::string_view key) const;  // a Bug if missing
  bool contains(std::string_view key) const { return find(key) != nullptr; }
  // Adds or replaces.
  void set(std::string key, Setting value, Place key_place = {});
  void erase(std::string_view key);
  // Where the key stands; unknown if the key is missing.
  Place key_place(std::string_view key) const;

  const std::vector<Entry>& entries() const { return entries_; }
  std::vector<Entry>& entries() { return entries_; }
  bool empty() const;
  size_t size() const;
  bool operator==(const Table& other) const;

 private:
  std::vector<Entry> entries_;
};

class Setting {
 public:
  // std::monostate is "none": a value that is absent on purpose (Keras' None), written by leaving the key out.
  using Data = std::variant<std::monostate, bool, int64_t, double, std::string, List, Table>;

  Setting() = default;
  Setting(bool value, Place place = {}) : data_(value), place_(std::move(place)) {}
  Setting(int64_t value, Place place = {}) : data_(value), place_(std::move(place)) {}
  Setting(int value, Place place = {}) : Setting(static_cast<int64_t>(value), std::move(place)) {}
  Setting(double value, Place place = {}) : data_(value), place_(std::move(place)) {}
  Setting(std::string value, Place place = {}) : data_(std::move(value)), place_(std::move(place)) {}
  Setting(const char* value, Place place = {}) : Setting(std::string(value), std::move(place)) {}
  Setting(List value, Place place = {}) : data_(std::move(value)), place_(std::move(place)) {}
  Setting(Table value, Place place = {}) : data_(std::move(value)), place_(std::move(place)) {}

  bool is_none() const { return std::holds_alternative<std::monostate>(data_); }
  // Pointers are null if the value is of another type.
  const bool* boolean() const { return std::get_if<bool>(&data_); }
  const int64_t* integer() const { return std::get_if<int64_t>(&data_); }
  const double* real() const { return std::get_if<double>(&data_); }
  const std::string* text() const { return std::get_if<std::string>(&data_); }
  const List* list() const { return std::get_if<List>(&data_); }
  List* list() { return std::get_if<List>(&data_); }
  const Table* table() const { return std::get_if<Table>(&data_); }
  Table* table() { return std::get_if<Table>(&data_); }

  const Place& place() const { return place_; }
  void set_place(Place place) { place_ = std::move(place); }
  const Data& data() const { return data_; }
  // "a table", "a text", "an integer": for messages.
  std::string type_text() const;
  // One line of TOML 1.0; "none" for none.
  std::string toml() const;
  bool operator==(const Setting& other) const { return data_ == other.data_; }

 private:
  Data data_;
  Place place_;
};

struct Table::Entry {
  std::string key;
  Setting value;
  Place key_place;
};

// A key as TOML writes it: bare where it may be, else quoted.
std::string toml_key(std::string_view key);

}  // namespace dltrain
