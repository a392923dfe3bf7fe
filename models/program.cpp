#include "models/program.h"

#include <algorithm>

#include "graph/ops.h"
#include "graph/passes.h"
#include "layers/registry.h"
#include "models/output_check.h"
#include "models/program_builder.h"
#include "models/where_values_stand.h"

namespace dltrain::models {

using graph::Graph;
using graph::Value;

std::string state_name::gradient(const std::string& weight) { return "gradient/" + weight; }

Program::Program(const Spec& spec, DataSignature signature, DType real)
    : spec_(spec), signature_(std::move(signature)), real_(real) {
  const int64_t batch = std::max<int64_t>(spec_.train.batch_size, 1);
  ProgramBuilder shapes(*this, false);
  shapes.forward(batch);
  for (const auto& [name, tensor] : shapes.values()) layer_shapes_[name] = shapes.builder().shape(tensor.value).from(1);
  if (spec_.train.outputs.empty()) return;
  warn_of_lost_masks(shapes);
  for (const OutputSpec& output : spec_.train.outputs) {
    check_output(shapes.builder(), output, shapes.output(output.name).value, target_of(output.name), warnings_);
  }
  note_outputs_of_zoo(spec_.model, warnings_);
  warnings_.throw_if_errors(ExitCode::recipe);
  evaluate(batch);
  train(batch);
  warn_if_nothing_is_trained();
}

void Program::warn_if_nothing_is_trained() {
  const auto& states = states_.list();
  const auto role = [](const graph::StateInfo& info) { return info.role == graph::StateRole::weight; };
  if (std::any_of(states.begin(), states.end(), [&](const auto& info) { return role(info) && info.trainable; })) return;
  const bool any = std::any_of(states.begin(), states.end(), role);
  warnings_.warning(
      "nothing-to-train", spec_.model.place, "[model]",
      any ? "training changes nothing: all weights are frozen" : "training changes nothing: no layer has weights");
}

void Program::warn_of_lost_masks(const ProgramBuilder& part) {
  for (const LayerSpec& layer : spec_.model.layers) {
    std::vector<layers::Tensor> inputs;
    for (const std::string& input : layer.inputs) inputs.push_back(part.output(input));
    if (!layers::loses_mask(layer.component, inputs)) continue;
    warnings_
        .warning("mask-lost", layer.place, layer.who(),
                 "it does not know masks: what is masked before it counts like everything else behind it")
        .help = "put a layer that uses the mask before it, such as GlobalAveragePooling1D, or do without the mask";
  }
}

Graph Program::predict(int64_t batch) {
  ProgramBuilder part(*this, false);
  part.forward(batch);
  for (const std::string& name : spec_.model.outputs) part.builder().set_result(name, part.output(name).value);
  return part.take();
}

Graph Program::evaluate(int64_t batch) {
  ProgramBuilder part(*this, false);
  part.forward(batch);
  part.losses(batch, SumSet::evaluate);
  part.metrics(batch, SumSet::evaluate);
  return part.take();
}

namespace {

// Adds `value` to an accumulator state.
void add_to_state(graph::Builder& b, const graph::StateInfo& info, Value value) {
  b.set_state(info.name, graph::add(b, b.state(info), value));
}

graph::StateInfo gradient_state(const graph::StateInfo& weight) {
  return {state_name::gradient(weight.name), weight.type, graph::StateRole::gradient};
}

}  // namespace

Graph Program::gradient(int64_t batch) {
  ProgramBuilder part(*this, true);
  graph::Builder& b = part.builder();
  part.forward(batch);
  BatchLoss loss = part.losses(batch, SumSet::train);
  part.metrics(batch, SumSet::train);
  part.keep_buffers(loss);
  part.scale(loss);
  const auto weights = part.trained();
  const auto gradients = part.weight_gradients(loss, weights);
  for (size_t i = 0; i < weights.size(); ++i) add_to_state(b, gradient_state(weights[i]), gradients[i]);
  // A loss that is not finite may have finite gradients. It makes the sum of weights infinite, which apply() sees.
  const Value usable = graph::cast(b, graph::is_finite(b, loss.mean), real_);
  add_to_state(b, {state_name::weight_sum, {real_, {}}, graph::StateRole::gradient},
               graph::div(b, loss.denominator, usable));
  b.set_result("loss", loss.mean);
  return part.take();
}

Graph Program::exchange() { return {}; }

Graph Program::apply() {
  ProgramBuilder part(*this, true);
  graph::Builder& b = part.builder();
  const auto weights = part.trained();
  std::vector<Value> gradients;
  for (const graph::StateInfo& weight : weights) gradients.push_back(b.state(gradient_state(weight)));
  const graph::StateInfo sum{state_name::weight_sum, {real_, {}}, graph::StateRole::gradient};
  part.update(weights, gradients, b.state(sum), b.state(sum));
  for (const graph::StateInfo& weight : weights) {
    b.set_state(gradient_state(weight).name, graph::full(b, weight.type.dtype, weight.type.shape, 0));
  }
  b.set_state(sum.name, graph::full(b, real_, {}, 0));
  return part.take();
}

Graph Program::train(int64_t batch) {
  ProgramBuilder part(*this, true);
  part.forward(batch);
  BatchLoss loss = part.losses(batch, SumSet::train);
  part.metrics(batch, SumSet::train);
  part.keep_buffers(loss);
  part.scale(loss);
  const auto weights = part.trained();
  part.update(weights, part.weight_gradients(loss, weights), loss.denominator, loss.mean);
  part.builder().set_result("loss", loss.mean);
  return part.take();
}

Graph Program::until(const std::string& layer, int64_t batch) {
  const auto found = std::find_if(spec_.model.layers.begin(), spec_.model.layers.end(),
                                  [&](const LayerSpec& l) { return l.name == layer; });
  if (found == spec_.model.layers.end()) throw Bug("there is no layer \"" + layer + "\"");
  ProgramBuilder part(*this, false);
  part.forward(batch);
  part.builder().set_result("value", graph::cast(part.builder(), part.output(found->inputs.front()).value, real_));
  return graph::remove_dead_code(part.take());
}

namespace {

// Without what it does to states, and without what only that needs.
Graph without_effects(Graph graph) {
  std::erase_if(graph.outputs, [](const graph::Output& output) { return output.is_state; });
  return graph::remove_dead_code(graph);
}

}  // namespace

Graph Program::layer_outputs(int64_t batch, const std::vector<std::string>& layers) {
  ProgramBuilder part(*this, false);
  part.forward(batch);
  for (const LayerSpec& layer : spec_.model.layers) {
    if (!layers.empty() && std::find(layers.begin(), layers.end(), layer.name) == layers.end()) continue;
    part.builder().set_result(layer.name, graph::cast(part.builder(), part.output(layer.name).value, real_));
  }
  return without_effects(part.take());
}

Graph Program::gradient_values(int64_t batch) {
  ProgramBuilder part(*this, true);
  part.forward(batch);
  BatchLoss loss = part.losses(batch, SumSet::train);
  part.scale(loss);
  const auto weights = part.trained();
  const auto gradients = part.weight_gradients(loss, weights);
  for (size_t i = 0; i < weights.size(); ++i)
    part.builder().set_result(state_name::gradient(weights[i].name), gradients[i]);
  part.builder().set_result(state_name::weight_sum, loss.denominator);
  part.builder().set_result("loss", loss.mean);
  return without_effects(part.take());
}

std::vector<Tracked> Program::tracked(SumSet set) const {
  return set == SumSet::train ? tracked_train_ : tracked_evaluate_;
}

const DataField& Program::target_of(const std::string& output) const {
  const auto& targets = signature_.targets;
  if (targets.size() == 1) return targets.front();
  const auto found = std::find_if(targets.begin(), targets.end(), [&](const DataField& f) { return f.name == output; });
  if (found != targets.end()) return *found;
  const auto at =
      std::find(spec_.model.outputs.begin(), spec_.model.outputs.end(), output) - spec_.model.outputs.begin();
  if (static_cast<size_t>(at) < targets.size()) return targets[static_cast<size_t>(at)];
  throw Bug("the data has no target for output \"" + output + "\"");
}

}  // namespace dltrain::models
