#include "training/not_finite.h"

#include <algorithm>

#include "core/not_finite.h"
#include "core/text.h"
#include "datasets/batch_stream.h"
#include "graph/op.h"

namespace dltrain::training {

using datasets::Batch;
using graph::StateRole;

namespace {

// "[3, 7] of [32, 10]"
std::string place_text(const Shape& shape, int64_t element) {
  const std::vector<int64_t> strides = strides_of(shape);
  std::vector<int64_t> index;
  for (size_t a = 0; a < shape.rank(); ++a) index.push_back(element / strides[a] % shape[a]);
  return shape.rank() == 0 ? "its only number" : Shape(index).text() + " of " + shape.text();
}

NotFiniteReport about(const Array& array, int64_t element_index, const std::string& operation,
                      const std::string& layer) {
  NotFiniteReport report;
  report.layer = layer;
  report.operation = operation;
  report.value = number_text(element(array, element_index));
  report.where = place_text(array.shape, element_index);
  return report;
}

// What goes into the step: the batch and the weights.
std::optional<NotFiniteReport> look_at_inputs(Model& model, const Batch& batch) {
  const DataSignature& signature = model.program().signature();
  for (size_t i = 0; i < batch.inputs.size(); ++i) {
    if (const int64_t bad = first_not_finite(batch.inputs[i]); bad >= 0)
      return about(batch.inputs[i], bad, "input", signature.inputs[i].name);
  }
  for (size_t i = 0; i < batch.targets.size(); ++i) {
    if (const int64_t bad = first_not_finite(batch.targets[i]); bad >= 0)
      return about(batch.targets[i], bad, "target", signature.targets[i].name);
  }
  for (const graph::StateInfo& info : model.program().states().list()) {
    if (info.role == StateRole::metric || info.role == StateRole::gradient) continue;
    const Array value = model.session().state(info.name);
    if (const int64_t bad = first_not_finite(value); bad >= 0)
      return about(value, bad, "weight " + info.name, info.owner);
  }
  return {};
}

NotFiniteReport about(const backends::Session::NotFinite& found) {
  NotFiniteReport report;
  report.layer = found.layer;
  report.operation = std::string(found.node.op->name);
  report.value = number_text(found.value);
  report.where = place_text(found.shape, found.element);
  report.backward = found.after_loss && !found.layer.starts_with("loss") && !found.layer.starts_with("optimizer");
  return report;
}

// Of gradients and metrics: those of the failed step hold what is not finite already.
void zero_sums(Model& model) {
  for (const graph::StateInfo& info : model.program().states().list()) {
    if (info.role == StateRole::gradient || info.role == StateRole::metric) model.session().zero_state(info.name);
  }
}

}  // namespace

std::string NotFiniteReport::text() const {
  if (operation == "input" || operation == "target")
    return operation + " " + quote(layer) + " holds " + value + " at " + where;
  if (operation.starts_with("weight ")) return operation + " holds " + value + " at " + where;
  return "layer " + quote(layer) + (backward ? ", going back" : "") + ": " + operation + " gives " + value + " at " +
         where;
}

Table NotFiniteReport::table() const {
  Table table;
  table.set("step", step);
  table.set("epoch", epoch);
  table.set("layer", layer);
  table.set("operation", operation);
  table.set("value", value);
  table.set("where", where);
  table.set("backward", backward);
  table.set("learning_rate", learning_rate);
  table.set("text", text());
  List rows;
  for (const int64_t sample : samples) rows.emplace_back(sample);
  table.set("samples", std::move(rows));
  return table;
}

Position position_before(const Position& now, int64_t bad, const models::TrainSpec& train) {
  Position before = now;
  before.epoch_started = true;
  before.step = bad;
  before.step_in_epoch = bad - (now.step - now.step_in_epoch);
  before.batches = before.step_in_epoch * train.gradient_accumulation;
  before.rows_of_epoch = before.first_row + before.batches * train.batch_size;
  before.micro_batch = before.rows_of_step = 0;
  return before;
}

std::optional<std::string> first_not_finite_state(const models::Program& program, const States& states) {
  for (const graph::StateInfo& info : program.states().list()) {
    if (info.role == StateRole::metric || info.role == StateRole::gradient || info.role == StateRole::counter) continue;
    const auto found = std::find_if(states.begin(), states.end(), [&](const auto& s) { return s.name == info.name; });
    if (found == states.end()) continue;
    const int64_t bad = first_not_finite(found->array);
    if (bad >= 0)
      return "weight " + info.name + " holds " + number_text(element(found->array, bad)) + " at " +
             place_text(found->array.shape, bad);
  }
  return {};
}

std::optional<NotFiniteReport> find_not_finite(Model& model, const datasets::Dataset& data, const Position& before,
                                               double learning_rate) {
  const models::Spec& spec = model.program().spec();
  datasets::BatchStream batches(data, {.part = datasets::Part::train,
                                       .batch_size = spec.train.batch_size,
                                       .drop_last = spec.train.drop_last,
                                       .shuffle = spec.train.shuffle,
                                       .seed = spec.seed,
                                       .epoch = before.epoch - 1,
                                       .first_batch = before.batches,
                                       .first_row = before.first_row,
                                       .prefetch = 0});
  zero_sums(model);
  StepScalars scalars{before.step, 0, learning_rate};
  std::optional<NotFiniteReport> found;
  Batch batch;
  for (int64_t micro = 0; !found && micro < spec.train.gradient_accumulation && batches.next(batch); ++micro) {
    found = look_at_inputs(model, batch);
    if (!found) {
      if (const auto bad = model.train_until_not_finite(batch, scalars)) found = about(*bad);
    }
    scalars.sample_offset += batch.size;
    if (found) found->samples = batch.rows;
  }
  if (!found && spec.train.gradient_accumulation > 1) {
    if (const auto bad = model.apply_until_not_finite(scalars)) found = about(*bad);
  }
  if (found) {
    found->step = before.step + 1;
    found->epoch = before.epoch;
    found->learning_rate = learning_rate;
  }
  return found;
}

}  // namespace dltrain::training
