// What merging layers share: inputs brought to one rank, checks of their shapes, and masks.
#pragma once

#include <span>
#include <vector>

#include "layers/tensor.h"

namespace dltrain::layers {

// The values with axes of size 1 behind the samples, so that all have the same rank. Fails unless they broadcast
// together.
std::vector<Value> aligned(Builder& builder, std::span<const Tensor> inputs);

using BinaryOp = Value (*)(Builder&, Value, Value);

// op(op(x0, x1), x2) ... of the aligned inputs. The mask is true where any input's is, and absent if one has none.
Tensor merge(Builder& builder, std::span<const Tensor> inputs, BinaryOp op);

// "[N, 3, 4] and [N, 4]"
std::string shapes_text(const Builder& builder, std::span<const Tensor> inputs);

}  // namespace dltrain::layers
