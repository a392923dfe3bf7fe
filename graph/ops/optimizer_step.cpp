// Optimizers: one op updates all weights, so that a backend can run through them in one kernel. Formulas as in Keras 3.
// Inputs: learning rate, iteration, finite, gradient scale, then all weights, all gradients, and slot by slot all
// slots. Outputs: all weights, then slot by slot all slots. Where `finite` is false every output is the old value. The attribute
// penalties, which may be missing, has a number for each weight: that times the weight is added to the scaled gradient.
#include <algorithm>

#include "graph/infer.h"
#include "graph/ops.h"

namespace dltrain::graph {

namespace {

constexpr size_t scalars = 4;

// How many slots a rule has for each weight, from its options.
using SlotCount = size_t (*)(const Attributes&);

double option(const Attributes& a, const char* name) { return a.get_or<double>(name, 0); }
bool flag(const Attributes& a, const char* name) { return a.get_or<bool>(name, false); }

size_t sgd_slots(const Attributes& a) { return option(a, "momentum") > 0 ? 1 : 0; }
size_t rmsprop_slots(const Attributes& a) {
  return 1 + (option(a, "momentum") > 0 ? 1 : 0) + (flag(a, "centered") ? 1 : 0);
}
size_t adam_slots(const Attributes& a) { return flag(a, "amsgrad") ? 3 : 2; }

// What a rule reads and writes for one weight.
struct Update {
  Value weight;  // after weight decay
  Value gradient;  // scaled, with the penalty's
  Value learning_rate;  // with the weight's factor
  std::vector<Value> slots;
};

using Rule = void (*)(Builder&, const Node&, Update&);

Value number(Builder& b, Value like, double value) { return full(b, b.dtype(like), {}, value); }

// momentum m: m = momentum m - lr g; w += m, or with Nesterov's look-ahead w += momentum m - lr g.
void sgd(Builder& b, const Node& node, Update& u) {
  const Value step = mul(b, u.gradient, u.learning_rate);
  if (u.slots.empty()) {
    u.weight = sub(b, u.weight, step);
    return;
  }
  const double momentum = option(node.attributes, "momentum");
  u.slots[0] = sub(b, mul(b, u.slots[0], momentum), step);
  const Value change = flag(node.attributes, "nesterov") ? sub(b, mul(b, u.slots[0], momentum), step) : u.slots[0];
  u.weight = add(b, u.weight, change);
}

// velocity v = rho v + (1 - rho) g^2, average gradient a = rho a + (1 - rho) g;
// increment = lr g / sqrt(v - a^2 + epsilon), gathered in the momentum where there is one.
void rmsprop(Builder& b, const Node& node, Update& u) {
  const double rho = option(node.attributes, "rho");
  const auto average = [&](Value old, Value now) { return add(b, mul(b, old, rho), mul(b, now, 1 - rho)); };
  u.slots[0] = average(u.slots[0], square(b, u.gradient));
  Value spread = u.slots[0];
  if (flag(node.attributes, "centered")) {
    u.slots.back() = average(u.slots.back(), u.gradient);
    spread = sub(b, spread, square(b, u.slots.back()));
  }
  const Value root = sqrt(b, add(b, spread, option(node.attributes, "epsilon")));
  Value change = div(b, mul(b, u.gradient, u.learning_rate), root);
  if (option(node.attributes, "momentum") > 0) {
    u.slots[1] = add(b, mul(b, u.slots[1], option(node.attributes, "momentum")), change);
    change = u.slots[1];
  }
  u.weight = sub(b, u.weight, change);
}

// m += (1 - beta_1) (g - m), v += (1 - beta_2) (g^2 - v), t = iteration + 1;
// w -= lr sqrt(1 - beta_2^t) / (1 - beta_1^t) m / (sqrt(v) + epsilon) (Kingma and Ba 2015, section 2).
void adam(Builder& b, const Node& node, Update& u) {
  const double beta_1 = option(node.attributes, "beta_1");
  const double beta_2 = option(node.attributes, "beta_2");
  const Value t = cast(b, add(b, node.inputs[1], 1), b.dtype(u.learning_rate));
  const auto left = [&](double beta) { return sub(b, number(b, t, 1), pow(b, number(b, t, beta), t)); };
  const Value alpha = div(b, mul(b, u.learning_rate, sqrt(b, left(beta_2))), left(beta_1));
  const auto approach = [&](Value old, Value now, double share) {
    return add(b, old, mul(b, sub(b, now, old), share));
  };
  u.slots[0] = approach(u.slots[0], u.gradient, 1 - beta_1);
  u.slots[1] = approach(u.slots[1], square(b, u.gradient), 1 - beta_2);
  if (flag(node.attributes, "amsgrad")) u.slots[2] = maximum(b, u.slots[2], u.slots[1]);
  const Value root = add(b, sqrt(b, u.slots.back()), option(node.attributes, "epsilon"));
  u.weight = sub(b, u.weight, div(b, mul(b, u.slots[0], alpha), root));
}

// Keras: variable - variable * weight_decay * learning_rate, before the rule.
Value decayed(Builder& b, Value weight, double decay, Value learning_rate) {
  return decay == 0 ? weight : sub(b, weight, mul(b, mul(b, weight, decay), learning_rate));
}

std::vector<double> penalties_of(const Attributes& attributes) {
  return attributes.get_or<std::vector<double>>("penalties", {});
}

// The weight is the one before it decays.
Value penalized(Builder& b, Value gradient, Value weight, double penalty) {
  return penalty == 0 ? gradient : add(b, gradient, mul(b, weight, penalty));
}

template <SlotCount slot_count>
size_t weight_count(size_t inputs, const Attributes& attributes) {
  return (inputs - scalars) / (2 + slot_count(attributes));
}

template <SlotCount slot_count>
std::vector<ValueType> infer_step(const InferContext& c) {
  const size_t slots = slot_count(c.attributes);
  const size_t count = weight_count<slot_count>(c.inputs.size(), c.attributes);
  if (c.inputs.size() < scalars || c.inputs.size() != scalars + count * (2 + slots))
    throw Bug("an optimizer step is given an odd number of values");
  const ValueType& learning_rate = c.inputs[0];
  const bool scalars_fit = is_float(learning_rate.dtype) && learning_rate.shape.rank() == 0 &&
                           c.inputs[1] == ValueType{DType::i64, {}} && c.inputs[2] == ValueType{DType::boolean, {}} &&
                           c.inputs[3] == learning_rate;
  if (!scalars_fit) throw Bug("an optimizer step is given scalars of other types");
  for (const char* name : {"learning_rate_factors", "weight_decays"}) {
    if (c.attributes.get<std::vector<double>>(name).size() != count)
      throw Bug("an optimizer step needs an entry of " + std::string(name) + " per weight");
  }
  if (const size_t penalties = penalties_of(c.attributes).size(); penalties != 0 && penalties != count)
    throw Bug("an optimizer step needs an entry of penalties per weight, or none at all");
  std::vector<ValueType> outputs;
  for (size_t i = 0; i < count * (2 + slots); ++i) {
    const ValueType& type = c.inputs[scalars + i];
    if (type != c.inputs[scalars + i % count] || type.dtype != learning_rate.dtype)
      throw Bug("the parts of an optimizer step differ in type");
    if (i < count || i >= 2 * count) outputs.push_back(type);
  }
  return outputs;
}

template <SlotCount slot_count, Rule rule>
std::vector<Value> expand_step(Builder& b, const Node& node) {
  const size_t slots = slot_count(node.attributes);
  const size_t count = weight_count<slot_count>(node.inputs.size(), node.attributes);
  const std::vector<double>& factors = node.attributes.get<std::vector<double>>("learning_rate_factors");
  const std::vector<double>& decays = node.attributes.get<std::vector<double>>("weight_decays");
  const std::vector<double> penalties = penalties_of(node.attributes);
  const Value finite = node.inputs[2];
  std::vector<Value> outputs(count * (1 + slots));
  for (size_t i = 0; i < count; ++i) {
    const auto part = [&](size_t which) { return node.inputs[scalars + which * count + i]; };
    Update u;
    u.learning_rate = factors[i] == 1 ? node.inputs[0] : mul(b, node.inputs[0], factors[i]);
    u.weight = decayed(b, part(0), decays[i], u.learning_rate);
    u.gradient = mul(b, part(1), node.inputs[3]);
    if (!penalties.empty()) u.gradient = penalized(b, u.gradient, part(0), penalties[i]);
    for (size_t s = 0; s < slots; ++s) u.slots.push_back(part(2 + s));
    rule(b, node, u);
    outputs[i] = select(b, finite, u.weight, part(0));
    for (size_t s = 0; s < slots; ++s) outputs[(1 + s) * count + i] = select(b, finite, u.slots[s], part(2 + s));
  }
  return outputs;
}

}  // namespace

OptimizerOutputs optimizer_step(Builder& b, const std::string& rule, const OptimizerInputs& in, Attributes options) {
  options.set("learning_rate_factors", in.learning_rate_factors);
  options.set("weight_decays", in.weight_decays);
  if (std::any_of(in.penalties.begin(), in.penalties.end(), [](double penalty) { return penalty != 0; }))
    options.set("penalties", in.penalties);
  std::vector<Value> inputs = {in.learning_rate, in.iteration, in.finite, in.gradient_scale};
  inputs.insert(inputs.end(), in.weights.begin(), in.weights.end());
  inputs.insert(inputs.end(), in.gradients.begin(), in.gradients.end());
  const size_t slots = in.slots.empty() ? 0 : in.slots[0].size();
  for (size_t s = 0; s < slots; ++s) {
    for (const std::vector<Value>& of_weight : in.slots) inputs.push_back(of_weight[s]);
  }
  const std::vector<Value> outputs = b.emit_all(rule + "_step", std::move(inputs), std::move(options));
  const auto count = static_cast<long>(in.weights.size());
  OptimizerOutputs result{{outputs.begin(), outputs.begin() + count},
                          std::vector<std::vector<Value>>(in.weights.size())};
  for (size_t i = in.weights.size(); i < outputs.size(); ++i) result.slots[i % in.weights.size()].push_back(outputs[i]);
  return result;
}

void register_optimizer_step(OpRegistry& registry) {
  registry.add({.name = "sgd_step",
                .doc = "options momentum, nesterov; slot momentum where momentum > 0",
                .infer = infer_step<sgd_slots>,
                .expand = expand_step<sgd_slots, sgd>});
  registry.add({.name = "rmsprop_step",
                .doc = "options rho, momentum, epsilon, centered; slots velocity, momentum where momentum > 0, average "
                       "gradient where centered",
                .infer = infer_step<rmsprop_slots>,
                .expand = expand_step<rmsprop_slots, rmsprop>});
  registry.add({.name = "adam_step",
                .doc = "options beta_1, beta_2, epsilon, amsgrad; slots m, v, largest v where amsgrad",
                .infer = infer_step<adam_slots>,
                .expand = expand_step<adam_slots, adam>});
}

}  // namespace dltrain::graph
