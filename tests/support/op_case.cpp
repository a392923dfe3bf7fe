#include "tests/support/op_case.h"

#include <algorithm>

#include "core/random.h"
#include "graph/builder.h"
#include "graph/infer.h"
#include "tests/support/cases/cases.h"

namespace dltrain::test {

Operand reals(Shape shape, double low, double high) {
  return {{DType::f32, std::move(shape)}, Operand::Fill::uniform, low, high};
}
Operand apart(Shape shape, double low, double high) {
  return {{DType::f32, std::move(shape)}, Operand::Fill::distinct, low, high};
}
Operand integers(Shape shape, double low, double high, DType dtype) {
  return {{dtype, std::move(shape)}, Operand::Fill::integers, low, high};
}
Operand booleans(Shape shape) { return integers(std::move(shape), 0, 1, DType::boolean); }
Operand listed(Shape shape, std::vector<double> values, DType dtype) {
  return {{dtype, std::move(shape)}, Operand::Fill::listed, 0, 0, std::move(values)};
}

Operand wide(Operand operand) {
  operand.wide = true;
  return operand;
}

const std::vector<OpCase>& op_cases() {
  static const std::vector<OpCase> all = [] {
    std::vector<OpCase> cases;
    add_elementwise_cases(cases);
    add_shape_cases(cases);
    add_reduction_cases(cases);
    add_product_cases(cases);
    add_pooling_cases(cases);
    add_index_cases(cases);
    add_activation_cases(cases);
    add_normalization_cases(cases);
    add_recurrence_cases(cases);
    add_attention_cases(cases);
    add_loss_cases(cases);
    add_optimizer_cases(cases);
    add_fused_cases(cases);
    add_joined_cases(cases);
    return cases;
  }();
  return all;
}

namespace {

// The type of an input where the others are `real`.
graph::ValueType input_type(const OpCase& op_case, size_t i, DType real) {
  graph::ValueType type = op_case.inputs[i].type;
  if (type.dtype != DType::f32) return type;
  const graph::Op& op = *graph::op_registry().find(op_case.op);
  const bool is_parameter = std::find(op.parameters.begin(), op.parameters.end(), i) != op.parameters.end();
  const bool stays = op.precision == graph::Precision::full || is_parameter || op_case.inputs[i].wide;
  type.dtype = stays ? graph::wide_dtype(real) : real;
  return type;
}

// "result" is a wide dtype, others are that of the numbers.
graph::Attributes with_real(const OpCase& op_case, DType real) {
  graph::Attributes result = op_case.attributes;
  const bool stays = graph::op_registry().find(op_case.op)->precision == graph::Precision::full;
  for (const auto& [name, value] : op_case.attributes.entries()) {
    if (const DType* dtype = std::get_if<DType>(&value); dtype != nullptr && *dtype == DType::f32)
      result.set(name, stays || name == "result" ? graph::wide_dtype(real) : real);
  }
  return result;
}

std::vector<double> filled(const Operand& operand, size_t count, const RandomStream& random) {
  std::vector<double> values(count);
  const double span = operand.high - operand.low;
  for (size_t i = 0; i < count; ++i) {
    switch (operand.fill) {
      case Operand::Fill::uniform: values[i] = operand.low + span * random.uniform_double(0, i); break;
      case Operand::Fill::integers:
        values[i] = operand.low + static_cast<double>(random.below(static_cast<uint64_t>(span) + 1, 0, i));
        break;
      case Operand::Fill::distinct:
        values[i] = operand.low + span * (static_cast<double>(i) + 0.5) / static_cast<double>(count);
        break;
      case Operand::Fill::listed: values[i] = operand.values[i % operand.values.size()]; break;
    }
  }
  if (operand.fill == Operand::Fill::distinct) {
    for (size_t i = count; i > 1; --i) std::swap(values[i - 1], values[random.below(i, 1, i)]);
  }
  return values;
}

}  // namespace

graph::Graph op_case_graph(const OpCase& op_case, DType real) {
  graph::Graph graph;
  graph::StateTable states;
  graph::Builder builder(graph, states, true, real);
  std::vector<graph::Value> inputs;
  for (size_t i = 0; i < op_case.inputs.size(); ++i) {
    inputs.push_back(builder.input("x" + std::to_string(i), graph::InputKind::data, input_type(op_case, i, real)));
  }
  const std::vector<graph::Value> outputs = builder.emit_all(op_case.op, inputs, with_real(op_case, real));
  for (size_t i = 0; i < outputs.size(); ++i) builder.set_result("y" + std::to_string(i), outputs[i]);
  return graph;
}

std::map<std::string, Array> op_case_inputs(const OpCase& op_case, DType real) {
  std::map<std::string, Array> inputs;
  for (size_t i = 0; i < op_case.inputs.size(); ++i) {
    const graph::ValueType type = input_type(op_case, i, real);
    Array array(type.dtype, type.shape);
    const RandomStream random(7, stable_hash(op_case.title()) + i);
    const std::vector<double> values = filled(op_case.inputs[i], static_cast<size_t>(array.elements()), random);
    for (size_t k = 0; k < values.size(); ++k) set_element(array, static_cast<int64_t>(k), values[k]);
    inputs.emplace("x" + std::to_string(i), std::move(array));
  }
  return inputs;
}

}  // namespace dltrain::test
