// Checks that op files share. Each throws ShapeError with the shapes received.
#pragma once

#include "graph/op.h"

namespace dltrain::graph {

void expect(bool condition, const std::string& what, const std::string& help = {});
void expect_inputs(const InferContext& context, size_t count);
void expect_float(const ValueType& type, const std::string& op);
// The shapes of a and b broadcast together. Both must have the same dtype.
ValueType broadcast_type(const ValueType& a, const ValueType& b, const std::string& op);
// An op that keeps the type of its first input.
std::vector<ValueType> same_as_first(const InferContext& context);

}  // namespace dltrain::graph
