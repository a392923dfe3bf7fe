#include "training/hints/curve.h"

#include <cmath>

#include "training/state_table.h"

namespace dltrain::training::hints {

void note(Curve& curve, const StepDone& done) {
  curve.steps = done.step;
  if (done.epoch != 1) return;
  if (curve.first_rate == 0) curve.first_rate = done.learning_rate;
  if (5 * done.step_in_epoch <= done.steps_per_epoch) {
    curve.early_sum += done.loss;
    ++curve.early_count;
  }
  if (5 * done.step_in_epoch > 4 * done.steps_per_epoch) {
    curve.late_sum += done.loss;
    ++curve.late_count;
  }
}

namespace {

std::optional<double> value_of(const EpochDone& done, std::string_view name) {
  const double* value = find_value(done.values, name);
  return value == nullptr || !std::isfinite(*value) ? std::nullopt : std::optional(*value);
}

// "accuracy", "sparse_categorical_accuracy", ...: the first that is an accuracy of classes.
std::string accuracy_name(const Values& values) {
  for (const auto& [name, value] : values) {
    if (name.ends_with("accuracy") && !name.starts_with("val_")) return name;
  }
  return {};
}

}  // namespace

void note(Curve& curve, const EpochDone& done) {
  curve.epochs = done.epoch;
  curve.steps = done.step;
  curve.rate = done.learning_rate;
  curve.loss = value_of(done, "loss").value_or(0);
  if (done.epoch == 1) curve.first_epoch_loss = curve.loss;
  const std::string accuracy = accuracy_name(done.values);
  curve.accuracy = value_of(done, accuracy);
  const std::optional<double> val_loss = value_of(done, "val_loss");
  if (!val_loss) return;  // an epoch without validation
  curve.val_loss = val_loss;
  curve.val_accuracy = value_of(done, "val_" + accuracy);
  if (curve.best_val_loss && *val_loss >= *curve.best_val_loss) return;
  curve.best_val_loss = val_loss;
  curve.best_epoch = done.epoch;
  curve.loss_at_best = curve.loss;
}

namespace {

void set(Table& table, const char* key, const std::optional<double>& value) {
  if (value) table.set(key, *value);
}

std::optional<double> optional_at(const Table& table, const char* key) {
  return table.contains(key) ? std::optional(number_at(table, key)) : std::nullopt;
}

}  // namespace

Table table_of(const Curve& curve) {
  Table table;
  table.set("epochs", curve.epochs);
  table.set("steps", curve.steps);
  set(table, "first_loss", curve.first_loss);
  table.set("early_sum", curve.early_sum);
  table.set("late_sum", curve.late_sum);
  table.set("early_count", curve.early_count);
  table.set("late_count", curve.late_count);
  table.set("first_rate", curve.first_rate);
  table.set("rate", curve.rate);
  table.set("first_epoch_loss", curve.first_epoch_loss);
  table.set("loss", curve.loss);
  set(table, "val_loss", curve.val_loss);
  set(table, "accuracy", curve.accuracy);
  set(table, "val_accuracy", curve.val_accuracy);
  set(table, "best_val_loss", curve.best_val_loss);
  table.set("best_epoch", curve.best_epoch);
  table.set("loss_at_best", curve.loss_at_best);
  return table;
}

Curve curve_from(const Table& table) {
  Curve curve;
  curve.epochs = count_at(table, "epochs");
  curve.steps = count_at(table, "steps");
  curve.first_loss = optional_at(table, "first_loss");
  curve.early_sum = number_at(table, "early_sum");
  curve.late_sum = number_at(table, "late_sum");
  curve.early_count = count_at(table, "early_count");
  curve.late_count = count_at(table, "late_count");
  curve.first_rate = number_at(table, "first_rate");
  curve.rate = number_at(table, "rate");
  curve.first_epoch_loss = number_at(table, "first_epoch_loss");
  curve.loss = number_at(table, "loss");
  curve.val_loss = optional_at(table, "val_loss");
  curve.accuracy = optional_at(table, "accuracy");
  curve.val_accuracy = optional_at(table, "val_accuracy");
  curve.best_val_loss = optional_at(table, "best_val_loss");
  curve.best_epoch = count_at(table, "best_epoch");
  curve.loss_at_best = number_at(table, "loss_at_best");
  return curve;
}

}  // namespace dltrain::training::hints
