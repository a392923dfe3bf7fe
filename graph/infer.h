// Checks that op files share. Each throws ShapeError with the shapes received.
#pragma once

#include "graph/op.h"

namespace dltrain::graph {

void expect(bool condition, const std::string& what, const std::string& help = {});
void expect_inputs(const InferContext& context, size_t count);
void expect_float(const ValueType& type, const std::string& op);
// The shapes of a and b broadcast together. Both must have the same dtype.
ValueType broadcast_type(const ValueType& a, const ValueType& b, const std::string& op);
// The dtype of sums, statistics and parameters that belong to numbers of that dtype: float32 for narrower ones.
DType wide_dtype(DType real);
// Whether `other` is of that type, or as wide as what belongs to it may be.
bool is_same_or_wide(const ValueType& other, const ValueType& type);
// The attribute "result", the dtype that a sum is given in: that of its inputs, where it is missing, or their wide one.
DType result_dtype(const InferContext& context, DType real);
// An op that keeps the type of its first input.
std::vector<ValueType> same_as_first(const InferContext& context);

}  // namespace dltrain::graph
