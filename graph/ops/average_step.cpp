// Moving averages of weights (`use_ema`): one op for all weights, so that a backend can run through them in one kernel.
// Inputs: iteration (int64: updates done before this one), finite (bool), then all weights as they are after the
// update, then all averages. Outputs: all averages; with an overwrite_frequency f also all weights, which become their
// averages in every f-th update. average = m x average + (1 - m) x weight, where m is 0 in the first update, else the
// momentum. Where `finite` is false every output is the old value. As in Keras 3.
#include "graph/infer.h"
#include "graph/ops.h"

namespace dltrain::graph {

namespace {

constexpr size_t scalars = 2;

std::vector<ValueType> infer_average(const InferContext& c) {
  const bool scalars_fit = c.inputs.size() > scalars && c.inputs.size() % 2 == 0 &&
                           c.inputs[0] == ValueType{DType::i64, {}} && c.inputs[1] == ValueType{DType::boolean, {}};
  if (!scalars_fit) throw Bug("averages of weights are given other values");
  const size_t count = (c.inputs.size() - scalars) / 2;
  const auto weights = c.inputs.subspan(scalars, count);
  const auto averages = c.inputs.subspan(scalars + count);
  for (size_t i = 0; i < count; ++i) {
    if (weights[i] != averages[i] || !is_float(weights[i].dtype)) throw Bug("a weight and its average differ in type");
  }
  std::vector<ValueType> outputs(averages.begin(), averages.end());
  if (c.attributes.integer("overwrite_frequency") > 0) outputs.insert(outputs.end(), weights.begin(), weights.end());
  return outputs;
}

// Whether `count` is a multiple of `period`, both int64.
Value multiple_of(Builder& b, Value count, int64_t period) {
  const Value whole = full(b, DType::i64, {}, static_cast<double>(period));
  return equal(b, mul(b, div(b, count, whole), whole), count);
}

std::vector<Value> expand_average(Builder& b, const Node& node) {
  const Value iteration = node.inputs[0];
  const Value finite = node.inputs[1];
  const size_t count = (node.inputs.size() - scalars) / 2;
  const DType real = b.dtype(node.inputs[scalars]);
  const int64_t frequency = node.attributes.integer("overwrite_frequency");
  const auto number = [&](double value) { return full(b, real, {}, value); };
  const Value first = equal(b, iteration, full(b, DType::i64, {}, 0));
  const Value keep = select(b, first, number(0), number(node.attributes.get<double>("momentum")));
  const Value take = sub(b, number(1), keep);
  std::vector<Value> averages, weights;
  for (size_t i = 0; i < count; ++i) {
    const Value weight = node.inputs[scalars + i];
    const Value old = node.inputs[scalars + count + i];
    const Value average = add(b, mul(b, old, keep), mul(b, weight, take));
    averages.push_back(select(b, finite, average, old));
    if (frequency == 0) continue;
    const Value due = logical_and(b, finite, multiple_of(b, add(b, iteration, 1), frequency));
    weights.push_back(select(b, due, average, weight));
  }
  averages.insert(averages.end(), weights.begin(), weights.end());
  return averages;
}

}  // namespace

void register_average_step(OpRegistry& registry) {
  registry.add(
      {.name = "average_step",
       .doc = "moving averages of all weights after an update; options momentum, overwrite_frequency (0: never)",
       .infer = infer_average,
       .expand = expand_average});
}

}  // namespace dltrain::graph
