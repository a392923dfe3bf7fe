#include "training/state_table.h"

#include <limits>

#include "core/diagnostic.h"

namespace dltrain::training {

namespace {

[[noreturn]] void wrong(const char* key) { throw Bug(std::string("the state of a run has no ") + key); }

}  // namespace

double number_of(const Setting& value) {
  if (value.real() != nullptr) return *value.real();
  if (value.integer() != nullptr) return static_cast<double>(*value.integer());
  if (value.is_none()) return std::numeric_limits<double>::quiet_NaN();
  throw Bug("the state of a run holds something else in the place of a number");
}

int64_t count_at(const Table& table, const char* key) {
  const Setting* value = table.find(key);
  if (value == nullptr || value->integer() == nullptr) wrong(key);
  return *value->integer();
}

double number_at(const Table& table, const char* key) {
  const Setting* value = table.find(key);
  if (value == nullptr) wrong(key);
  return number_of(*value);
}

bool flag_at(const Table& table, const char* key) {
  const Setting* value = table.find(key);
  if (value == nullptr || value->boolean() == nullptr) wrong(key);
  return *value->boolean();
}

const std::string& text_at(const Table& table, const char* key) {
  const Setting* value = table.find(key);
  if (value == nullptr || value->text() == nullptr) wrong(key);
  return *value->text();
}

}  // namespace dltrain::training
