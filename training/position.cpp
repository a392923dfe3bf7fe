#include "training/position.h"

#include "training/state_table.h"

namespace dltrain::training {

void Position::rebatch(int64_t other_size, int64_t other_accumulation) {
  rows_of_epoch -= rows_of_step;
  first_row = rows_of_epoch;
  batches = step_in_epoch = micro_batch = rows_of_step = 0;
  batch_size = other_size;
  gradient_accumulation = other_accumulation;
}

Table Position::table() const {
  Table table;
  table.set("epoch", epoch);
  table.set("epoch_started", epoch_started);
  if (first_row > 0) table.set("first_row", first_row);
  table.set("batches", batches);
  table.set("step", step);
  table.set("step_in_epoch", step_in_epoch);
  table.set("micro_batch", micro_batch);
  table.set("rows_of_step", rows_of_step);
  table.set("rows_of_epoch", rows_of_epoch);
  table.set("batch_size", batch_size);
  table.set("gradient_accumulation", gradient_accumulation);
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
  position.epoch = count_at(table, "epoch");
  position.epoch_started = flag_at(table, "epoch_started");
  const auto count_if_known = [&](const char* key) { return table.contains(key) ? count_at(table, key) : 0; };
  position.first_row = count_if_known("first_row");
  position.batch_size = count_if_known("batch_size");
  position.gradient_accumulation = count_if_known("gradient_accumulation");
  position.batches = count_at(table, "batches");
  position.step = count_at(table, "step");
  position.step_in_epoch = count_at(table, "step_in_epoch");
  position.micro_batch = count_at(table, "micro_batch");
  position.rows_of_step = count_at(table, "rows_of_step");
  position.rows_of_epoch = count_at(table, "rows_of_epoch");
  position.seconds = number_at(table, "seconds");
  if (const Setting* rate = table.find("learning_rate")) position.learning_rate = number_of(*rate);
  if (table.contains("stopped")) position.stopped = text_at(table, "stopped");
  for (const Table::Entry& entry : table.at("values").table()->entries())
    position.values.emplace_back(entry.key, number_of(entry.value));
  return position;
}

}  // namespace dltrain::training
