// Gradients and the optimizer step.
#include <algorithm>
#include <map>

#include "graph/autodiff.h"
#include "graph/ops.h"
#include "graph/precision.h"
#include "layers/constraints.h"
#include "layers/regularizers.h"
#include "models/at_layer.h"
#include "models/optimizers/optimizer.h"
#include "models/program_builder.h"

namespace dltrain::models {

using graph::StateInfo;
using graph::Value;

ProgramBuilder::ProgramBuilder(Program& program, bool training)
    : program_(program), b_(graph_, program.states_, training, program.real_) {}

void ProgramBuilder::forward(int64_t batch) {
  Diagnostics diagnostics;
  values_ = assemble_inputs(b_, program_.spec_.model, program_.signature_, batch);
  assemble_layers(b_, program_.spec_.model, values_, diagnostics);
  diagnostics.throw_if_errors(ExitCode::recipe);
  lower_precision();
}

void ProgramBuilder::lower_precision() {
  const std::optional<DType> narrow = narrow_dtype(program_.spec_.run);
  if (!narrow) return;
  graph::Lowered lowered = graph::lower_precision(graph_, *narrow);
  const auto map = [&](Value value) {
    return lowered.values[static_cast<size_t>(value.node)][static_cast<size_t>(value.output)];
  };
  b_.replace_graph(std::move(lowered.graph), map);
  for (auto& [name, tensor] : values_) {
    tensor.value = map(tensor.value);
    if (tensor.mask) tensor.mask = map(*tensor.mask);
  }
  for (const std::string& name : program_.spec_.model.outputs) {
    Value& value = values_.at(name).value;
    const auto scope = b_.scope_of(graph_.node(value));
    if (is_float(b_.dtype(value))) value = graph::cast(b_, value, program_.real_);
  }
}

std::optional<LossScaling> ProgramBuilder::scaling() const {
  if (narrow_dtype(program_.spec_.run) != DType::f16) return std::nullopt;
  return LossScaling{};
}

// One factor for all batches of a step, so that those that are accumulated keep their shares.
void ProgramBuilder::scale(BatchLoss& loss) {
  const std::optional<LossScaling> how = scaling();
  if (!how) return;
  const auto scope = b_.scope("loss");
  const Value factor = graph::mul(b_, loss_scale(b_, *how), 1 / loss.usual);
  loss.numerator = graph::mul(b_, loss.numerator, factor);
  loss.denominator = graph::mul(b_, loss.denominator, factor);
}

std::vector<StateInfo> ProgramBuilder::trained() const {
  std::vector<StateInfo> weights;
  for (const StateInfo& info : program_.states_.list()) {
    if (info.role == graph::StateRole::weight && info.trainable) weights.push_back(info);
  }
  return weights;
}

std::vector<Value> ProgramBuilder::weight_gradients(const BatchLoss& loss, const std::vector<StateInfo>& weights) {
  std::vector<Value> values;
  for (const StateInfo& weight : weights) values.push_back(b_.state(weight));
  return graph::gradients(b_, loss.numerator, values);
}

namespace {

StateInfo first_bad_state() { return {state_name::first_bad_step, {DType::i64, {}}, graph::StateRole::counter}; }

}  // namespace

Value ProgramBuilder::judge(Value finite) {
  const StateInfo first_bad = first_bad_state();
  const std::optional<LossScaling> how = scaling();
  const Value good = how ? graph::logical_or(b_, finite, may_skip(b_, *how)) : finite;
  // Stored as step + 1, so that zero, with which states begin, means "none".
  const Value known = b_.state(first_bad);
  const Value zero = graph::full(b_, DType::i64, {}, 0);
  const Value none_before = graph::equal(b_, known, zero);
  const Value here = graph::add(b_, b_.scalar_input(graph::scalar::step), graph::full(b_, DType::i64, {}, 1));
  b_.set_state(first_bad.name, graph::select(b_, none_before, graph::select(b_, good, zero, here), known));
  if (how) update_loss_scale(b_, *how, finite, none_before);
  // Nothing changes after a bad step either: whoever looks finds the weights from before it.
  return graph::logical_and(b_, finite, none_before);
}

// Constraints hold after each update; a skipped update changes nothing.
void ProgramBuilder::constrain(const std::vector<StateInfo>& weights, std::vector<Value>& values, Value finite) {
  for (size_t i = 0; i < weights.size(); ++i) {
    if (!weights[i].constraint) continue;
    at_layer_of(weights[i], program_.spec_.model, [&] {
      values[i] = graph::select(b_, finite, layers::constrain(b_, *weights[i].constraint, values[i]), values[i]);
    });
  }
}

void ProgramBuilder::update(const std::vector<StateInfo>& weights, std::vector<Value> gradients, Value weight_sum,
                            std::optional<Value> loss) {
  const auto scope = b_.scope("optimizer");
  const StateInfo iteration{state_name::iteration, {DType::i64, {}}, graph::StateRole::counter};
  OptimizerContext context;
  context.states = weights;
  for (const StateInfo& weight : weights) context.weights.push_back(b_.state(weight));

  // Penalties count once per step, not per sample. Squares are left to the optimizer, which reads the weights anyhow;
  // others are added in the scale of the sums.
  context.penalties.assign(weights.size(), 0);
  for (size_t i = 0; i < weights.size(); ++i) {
    if (!weights[i].regularizer) continue;
    if (const auto factor = layers::squares_factor(*weights[i].regularizer)) {
      context.penalties[i] = 2 * *factor;
      continue;
    }
    const Value penalty = layers::penalty(b_, *weights[i].regularizer, context.weights[i]);
    const Value slope = graph::gradients(b_, penalty, {&context.weights[i], 1}).front();
    gradients[i] = graph::add(b_, gradients[i], graph::mul(b_, slope, weight_sum));
  }
  Value finite = graph::full(b_, DType::boolean, {}, 1), squares = graph::full(b_, program_.real_, {}, 0);
  if (!gradients.empty()) {
    finite = graph::all_finite(b_, gradients, context.weights, weight_sum, context.penalties);
    squares = {finite.node, 1};
  }
  if (loss) finite = graph::logical_and(b_, finite, graph::is_finite(b_, *loss));
  finite = judge(finite);

  context.learning_rate = b_.scalar_input(graph::scalar::learning_rate);
  context.iteration = b_.state(iteration);
  context.finite = finite;
  context.gradient_scale = graph::reciprocal(b_, graph::maximum(b_, weight_sum, 1e-30));
  context.gradients = std::move(gradients);
  b_.set_result(result_name::gradient_norm, graph::mul(b_, graph::sqrt(b_, squares), context.gradient_scale));
  std::vector<Value> updated = make_optimizer(program_.spec_.train.optimizer)->build(b_, context);
  constrain(weights, updated, finite);
  for (size_t i = 0; i < weights.size(); ++i) b_.set_state(weights[i].name, updated[i]);

  const Value one = graph::cast(b_, finite, DType::i64);
  b_.set_state(iteration.name, graph::add(b_, context.iteration, one));
}

// Moving averages and the like are updated on the way forward: they keep their values where the batch is not finite.
void ProgramBuilder::keep_buffers(const BatchLoss& loss) {
  const auto scope = b_.scope("optimizer");
  std::vector<StateInfo> changed;
  for (const graph::Output& output : graph_.outputs) {
    const StateInfo* info = output.is_state ? program_.states_.find(output.name) : nullptr;
    if (info != nullptr && info->role == graph::StateRole::buffer) changed.push_back(*info);
  }
  if (changed.empty()) return;
  const Value known = b_.state(first_bad_state());
  const Value none_before = graph::equal(b_, known, graph::full(b_, DType::i64, {}, 0));
  const Value keep = graph::logical_and(b_, graph::is_finite(b_, loss.mean), none_before);
  std::map<std::string, Value> states;
  for (const graph::Input& input : graph_.inputs) {
    if (input.kind == graph::InputKind::state) states[input.name] = input.value;
  }
  for (const StateInfo& info : changed) {
    const auto old = states.find(info.name);
    if (old == states.end()) continue;  // it does not depend on its old value
    b_.set_state(info.name, graph::select(b_, keep, b_.state(info), old->second));
  }
}

}  // namespace dltrain::models
