#include "graph/infer.h"

namespace dltrain::graph {

void expect(bool condition, const std::string& what, const std::string& help) {
  if (!condition) throw ShapeError(what, help);
}

void expect_inputs(const InferContext& context, size_t count) {
  if (context.inputs.size() != count)
    throw Bug("an op with " + std::to_string(count) + " inputs is given " + std::to_string(context.inputs.size()));
}

void expect_float(const ValueType& type, const std::string& op) {
  expect(is_float(type.dtype), op + " needs real numbers (was " + type.text() + ")",
         "a Rescaling layer makes them of integers, an Embedding layer of class numbers");
}

ValueType broadcast_type(const ValueType& a, const ValueType& b, const std::string& op) {
  expect(a.dtype == b.dtype, op + " needs two inputs of one dtype (were " + a.text() + " and " + b.text() + ")");
  ValueType result{a.dtype, {}};
  expect(broadcast(a.shape, b.shape, result.shape),
         "the shapes " + a.shape.text() + " and " + b.shape.text() + " do not fit together for " + op,
         "sizes must be equal or 1 along each axis, counted from the last");
  return result;
}

DType wide_dtype(DType real) { return real == DType::f16 || real == DType::bf16 ? DType::f32 : real; }

bool is_same_or_wide(const ValueType& other, const ValueType& type) {
  return other == type || other == ValueType{wide_dtype(type.dtype), type.shape};
}

DType result_dtype(const InferContext& context, DType real) {
  const DType result = context.attributes.get_or<DType>("result", real);
  if (result != real && result != wide_dtype(real))
    throw Bug("a sum is to be given in another dtype than it is made in");
  return result;
}

std::vector<ValueType> same_as_first(const InferContext& context) { return {context.inputs[0]}; }

}  // namespace dltrain::graph
