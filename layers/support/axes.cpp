#include "layers/support/axes.h"

#include <algorithm>

#include "core/text.h"
#include "graph/ops.h"

namespace dltrain::layers {

std::string sample_text(const Shape& shape) {
  std::string text = "[N";
  for (size_t i = 1; i < shape.rank(); ++i) text += ", " + std::to_string(shape[i]);
  return shape.rank() == 0 ? "[]" : text + "]";
}

size_t axis_of(const Builder& builder, Value x, int64_t axis, std::string_view field) {
  const Shape& shape = builder.shape(x);
  const int64_t normalized = normalized_axis(axis, shape.rank());
  if (normalized < 0) {
    const std::string rank = std::to_string(shape.rank());
    builder.fail(std::string(field) + " " + std::to_string(axis) + " is not an axis of the input (" + sample_text(shape) + ")",
                 "axes go from 0 (samples) to " + std::to_string(static_cast<int64_t>(shape.rank()) - 1) + ", or from -" + rank + " to -1");
  }
  return static_cast<size_t>(normalized);
}

std::vector<int64_t> axes_of(const Builder& builder, Value x, const std::vector<int64_t>& axes, std::string_view field) {
  std::vector<int64_t> result;
  for (const int64_t axis : axes) result.push_back(static_cast<int64_t>(axis_of(builder, x, axis, field)));
  std::sort(result.begin(), result.end());
  if (const auto twice = std::adjacent_find(result.begin(), result.end()); twice != result.end()) {
    builder.fail(std::string(field) + " names axis " + std::to_string(*twice) + " twice", "name each axis once");
  }
  return result;
}

std::vector<int64_t> other_axes(size_t rank, const std::vector<int64_t>& axes) {
  std::vector<int64_t> others;
  for (int64_t axis = 0; axis < static_cast<int64_t>(rank); ++axis) {
    if (std::find(axes.begin(), axes.end(), axis) == axes.end()) others.push_back(axis);
  }
  return others;
}

std::vector<int64_t> moved_to_end(size_t rank, const std::vector<int64_t>& axes) {
  std::vector<int64_t> permutation = other_axes(rank, axes);
  permutation.insert(permutation.end(), axes.begin(), axes.end());
  return permutation;
}

std::vector<int64_t> inverse(const std::vector<int64_t>& permutation) {
  std::vector<int64_t> result(permutation.size());
  for (size_t i = 0; i < permutation.size(); ++i) result[static_cast<size_t>(permutation[i])] = static_cast<int64_t>(i);
  return result;
}

bool is_identity(const std::vector<int64_t>& permutation) { return std::is_sorted(permutation.begin(), permutation.end()); }

Value on_last_axis(Builder& builder, Value x, const std::vector<int64_t>& axes, std::string_view field,
                   const std::function<Value(Value)>& f) {
  const std::vector<int64_t> wanted = axes_of(builder, x, axes, field);
  const Shape shape = builder.shape(x);
  const std::vector<int64_t> permutation = moved_to_end(shape.rank(), wanted);
  const bool moves = !is_identity(permutation);
  if (!moves && wanted.size() == 1) return f(x);
  const Value moved = moves ? graph::transpose(builder, x, permutation) : x;
  const Shape moved_shape = builder.shape(moved);
  Shape merged = moved_shape.slice(0, shape.rank() - wanted.size()).concat({-1});
  Value y = f(graph::reshape(builder, moved, merged));
  y = graph::reshape(builder, y, moved_shape);
  return moves ? graph::transpose(builder, y, inverse(permutation)) : y;
}

}  // namespace dltrain::layers
