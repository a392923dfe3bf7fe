#include "models/optimizers/optimizer.h"

#include <algorithm>

#include "graph/ops.h"
#include "models/optimizers/averages.h"

namespace dltrain::models {

using graph::Builder;
using graph::StateInfo;
using graph::Value;

void register_all(OptimizerRegistry& registry);

const OptimizerRegistry& optimizer_registry() {
  static const OptimizerRegistry registry = [] {
    OptimizerRegistry made("optimizer");
    register_all(made);
    return made;
  }();
  return registry;
}

void Optimizer::check_shared(FieldReport& report) const {
  const int given = (clipnorm ? 1 : 0) + (clipvalue ? 1 : 0) + (global_clipnorm ? 1 : 0);
  if (ema_overwrite_frequency && !use_ema) {
    report.error("ema_overwrite_frequency", "ema_overwrite_frequency has no effect without use_ema",
                 "add use_ema = true");
  }
  if (given <= 1) return;
  report.error(clipnorm ? "clipnorm" : "clipvalue", "only one of clipnorm, clipvalue and global_clipnorm can be given",
               "keep one of them");
}

namespace {

StateInfo slot_state(const StateInfo& weight, const std::string& name) {
  StateInfo info;
  info.name = "optimizer/" + weight.name + "/" + name;
  info.type = weight.type;
  info.role = graph::StateRole::slot;
  info.trainable = false;
  info.owner = weight.owner;
  return info;
}

// What brings a vector of this norm down to `most`: most / max(norm, most).
Value shrinking(Builder& b, Value norm, double most) {
  return graph::div(b, graph::full(b, b.dtype(norm), {}, most), graph::maximum(b, norm, most));
}

// The norm of gradient_scale x the gradients.
Value scaled_norm(Builder& b, const std::vector<Value>& gradients, Value scale) {
  return graph::mul(b, graph::sqrt(b, graph::sum_of_squares(b, gradients)), graph::abs(b, scale));
}

// The gradients as they are clipped: scaled, and with their penalties.
void write_out(Builder& b, graph::OptimizerInputs& inputs) {
  const auto has_penalty = [](double penalty) { return penalty != 0; };
  if (std::none_of(inputs.penalties.begin(), inputs.penalties.end(), has_penalty)) return;
  for (size_t i = 0; i < inputs.gradients.size(); ++i) {
    const Value scaled = graph::mul(b, inputs.gradients[i], inputs.gradient_scale);
    inputs.gradients[i] = graph::add(b, scaled, graph::mul(b, inputs.weights[i], inputs.penalties[i]));
  }
  inputs.penalties.clear();
  inputs.gradient_scale = graph::full(b, b.dtype(inputs.gradient_scale), {}, 1);
}

void clip_each_norm(Builder& b, graph::OptimizerInputs& inputs, double most) {
  for (Value& gradient : inputs.gradients) {
    gradient = graph::mul(b, gradient, shrinking(b, scaled_norm(b, {gradient}, inputs.gradient_scale), most));
  }
}

void clip_values(Builder& b, graph::OptimizerInputs& inputs, double most) {
  for (Value& gradient : inputs.gradients) {
    gradient = graph::clip(b, graph::mul(b, gradient, inputs.gradient_scale), -most, most);
  }
  inputs.gradient_scale = graph::full(b, b.dtype(inputs.gradient_scale), {}, 1);
}

void clip_global_norm(Builder& b, graph::OptimizerInputs& inputs, double most) {
  const Value norm = scaled_norm(b, inputs.gradients, inputs.gradient_scale);
  inputs.gradient_scale = graph::mul(b, inputs.gradient_scale, shrinking(b, norm, most));
}

// Sets the new averages; `weights` are the updated ones, and become their averages where the rule says so.
void average(Builder& b, const OptimizerContext& context, const AverageRule& rule, std::vector<Value>& weights) {
  std::vector<Value> old;
  for (const StateInfo& weight : context.states) old.push_back(b.state(slot_state(weight, average_slot)));
  const std::vector<Value> averages = updated_averages(b, rule, context.iteration, context.finite, weights, old);
  for (size_t i = 0; i < averages.size(); ++i)
    b.set_state(slot_state(context.states[i], average_slot).name, averages[i]);
}

}  // namespace

std::vector<Value> Optimizer::build(Builder& b, const OptimizerContext& context) const {
  if (context.weights.empty()) return {};
  const Step rule = step();
  graph::OptimizerInputs inputs{context.learning_rate,
                                context.iteration,
                                context.finite,
                                context.gradient_scale,
                                context.weights,
                                context.gradients,
                                {},
                                {},
                                {},
                                context.penalties};
  for (const StateInfo& weight : context.states) {
    auto& slots = inputs.slots.emplace_back();
    for (const std::string& name : rule.slots) slots.push_back(b.state(slot_state(weight, name)));
    inputs.learning_rate_factors.push_back(weight.learning_rate_factor);
    inputs.weight_decays.push_back(weight_decay.value_or(0));
  }
  if (clipnorm || clipvalue || global_clipnorm) write_out(b, inputs);
  if (clipnorm) clip_each_norm(b, inputs, *clipnorm);
  if (clipvalue) clip_values(b, inputs, *clipvalue);
  if (global_clipnorm) clip_global_norm(b, inputs, *global_clipnorm);

  graph::OptimizerOutputs outputs = graph::optimizer_step(b, rule.rule, inputs, rule.options);
  for (size_t i = 0; i < context.states.size(); ++i) {
    for (size_t k = 0; k < rule.slots.size(); ++k) {
      b.set_state(slot_state(context.states[i], rule.slots[k]).name, outputs.slots[i][k]);
    }
  }
  if (use_ema) average(b, context, {ema_momentum, ema_overwrite_frequency}, outputs.weights);
  return std::move(outputs.weights);
}

std::vector<Slot> Optimizer::slots(std::span<const StateInfo> weights) const {
  std::vector<Slot> slots;
  std::vector<std::vector<std::string>> groups = saved_slots();
  if (use_ema) groups.insert(groups.begin(), std::vector<std::string>{average_slot});
  for (const auto& together : groups) {
    for (size_t i = 0; i < weights.size(); ++i) {
      for (const std::string& name : together)
        slots.push_back({i, name, name == average_slot, slot_state(weights[i], name)});
    }
  }
  return slots;
}

}  // namespace dltrain::models
