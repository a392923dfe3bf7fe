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

int64_t axis_of(const Builder& builder, Value x, int64_t axis, std::string_view field) {
  const Shape& shape = builder.shape(x);
  const int64_t normalized = normalized_axis(axis, shape.rank());
  if (normalized > 0) return normalized;
  const auto last = static_cast<int64_t>(shape.rank()) - 1;
  const std::string from_end = "-" + std::to_string(last) + " to -1 counted from the end";
  builder.fail("axis",
               std::string(field) + " " + std::to_string(axis) +
                   (normalized == 0 ? " counts the samples" : " is not an axis of the input") + " (the input is " +
                   sample_text(shape) + ")",
               last < 1    ? "put { type = \"Reshape\", target_shape = [1] } before it"
               : last == 1 ? "a sample has one axis here, 1 or -1"
                           : "the axes of a sample are 1 to " + std::to_string(last) + ", or " + from_end);
}

std::vector<int64_t> axes_of(const Builder& builder, Value x, const std::vector<int64_t>& axes,
                             std::string_view field) {
  std::vector<int64_t> result;
  for (const int64_t axis : axes) result.push_back(axis_of(builder, x, axis, field));
  std::sort(result.begin(), result.end());
  if (const auto twice = std::adjacent_find(result.begin(), result.end()); twice != result.end()) {
    builder.fail("axis", std::string(field) + " names axis " + std::to_string(*twice) + " twice",
                 "name each axis once");
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

bool is_identity(const std::vector<int64_t>& permutation) {
  return std::is_sorted(permutation.begin(), permutation.end());
}

Value on_last_axis(Builder& builder, Value x, const std::vector<int64_t>& axes, std::string_view field,
                   const std::function<Value(Value)>& f) {
  const std::vector<int64_t> wanted = axes_of(builder, x, axes, field);
  const Shape shape = builder.shape(x);
  const std::vector<int64_t> permutation = moved_to_end(shape.rank(), wanted);
  const bool moves = !is_identity(permutation);
  const bool merges = wanted.size() != 1;
  Value y = moves ? graph::transpose(builder, x, permutation) : x;
  const Shape moved = builder.shape(y);
  if (merges) y = graph::reshape(builder, y, moved.slice(0, shape.rank() - wanted.size()).concat({-1}));
  y = f(y);
  if (merges) y = graph::reshape(builder, y, moved);
  return moves ? graph::transpose(builder, y, inverse(permutation)) : y;
}

}  // namespace dltrain::layers
