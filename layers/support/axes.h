// Axes that a recipe names: checked, and brought to where an op wants them.
#pragma once

#include <functional>
#include <vector>

#include "layers/tensor.h"

namespace dltrain::layers {

// "[N, 8, 8, 1]": a shape with its samples left open.
std::string sample_text(const Shape& shape);

// Axis 1..rank-1 of an input [N, ...] for an axis that may count from the end. Fails, naming `field`, if the input has
// no such axis, and for the axis of the samples, which no layer may mix.
int64_t axis_of(const Builder& builder, Value x, int64_t axis, std::string_view field);
// The same for several: ascending, each once.
std::vector<int64_t> axes_of(const Builder& builder, Value x, const std::vector<int64_t>& axes, std::string_view field);

// Applies f, which works along the last axis and keeps the shape, along `axes` taken together: they are moved to the
// end and merged into one, and afterwards moved back. Without effort where that is how x lies already.
Value on_last_axis(Builder& builder, Value x, const std::vector<int64_t>& axes, std::string_view field,
                   const std::function<Value(Value)>& f);

// All axes of a rank but `axes` (ascending).
std::vector<int64_t> other_axes(size_t rank, const std::vector<int64_t>& axes);
// The permutation that moves `axes` (ascending) to the end, in their order; and the inverse of a permutation.
std::vector<int64_t> moved_to_end(size_t rank, const std::vector<int64_t>& axes);
std::vector<int64_t> inverse(const std::vector<int64_t>& permutation);
bool is_identity(const std::vector<int64_t>& permutation);

}  // namespace dltrain::layers
