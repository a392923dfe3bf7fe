#include "training/position.h"

#include <limits>

#include "core/diagnostic.h"

namespace dltrain::training {

namespace {

const Setting& required(const Table& table, const char* key) {
  const Setting* value = table.find(key);
  if (value == nullptr) throw Bug(std::string("a position has no ") + key);
  return *value;
}

int64_t integer(const Table& table, const char* key) {
  const int64_t* value = required(table, key).integer();
  if (value == nullptr || *value < 0) throw Bug(std::string("a position's ") + key + " is not a count");
  return *value;
}

double real(const Setting& value) {
  if (value.real() != nullptr) return *value.real();
  if (value.integer() != nullptr) return static_cast<double>(*value.integer());
  if (value.is_none()) return std::numeric_limits<double>::quiet_NaN();  // as JSON writes it
  throw Bug("a position holds a text in the place of a number");
}

}  // namespace

Table Position::table() const {
  Table table;
  table.set("epoch", epoch);
  table.set("epoch_started", epoch_started);
  table.set("batches", batches);
  table.set("step", step);
  table.set("step_in_epoch", step_in_epoch);
  table.set("micro_batch", micro_batch);
  table.set("rows_of_step", rows_of_step);
  table.set("rows_of_epoch", rows_of_epoch);
  table.set("seconds", seconds);
  if (learning_rate) table.set("learning_rate", *learning_rate);
  if (!stopped.empty()) table.set("stopped", stopped);
  Table kept;
  for (const auto& [name, value] : values) kept.set(name, value);
  table.set("values", std::move(kept));
  return table;
}

Position Position::from_table(const Table& table) {
  Position position;
  position.epoch = integer(table, "epoch");
  position.epoch_started = required(table, "epoch_started") == Setting(true);
  position.batches = integer(table, "batches");
  position.step = integer(table, "step");
  position.step_in_epoch = integer(table, "step_in_epoch");
  position.micro_batch = integer(table, "micro_batch");
  position.rows_of_step = integer(table, "rows_of_step");
  position.rows_of_epoch = integer(table, "rows_of_epoch");
  position.seconds = real(required(table, "seconds"));
  if (const Setting* rate = table.find("learning_rate")) position.learning_rate = real(*rate);
  if (const Setting* reason = table.find("stopped"); reason != nullptr && reason->text() != nullptr) position.stopped = *reason->text();
  if (const Table* values = required(table, "values").table()) {
    for (const Table::Entry& entry : values->entries()) position.values.emplace_back(entry.key, real(entry.value));
  }
  return position;
}

}  // namespace dltrain::training
