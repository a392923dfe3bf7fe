#include "layers/support/merging.h"

#include <algorithm>

#include "graph/ops.h"
#include "layers/support/axes.h"

namespace dltrain::layers {
namespace {

Value with_rank(Builder& builder, Value x, size_t rank) {
  const Shape shape = builder.shape(x);
  if (shape.rank() == rank) return x;
  std::vector<int64_t> sizes = {shape[0]};
  sizes.resize(1 + rank - shape.rank(), 1);
  sizes.insert(sizes.end(), shape.begin() + 1, shape.end());
  return graph::reshape(builder, x, Shape(std::move(sizes)));
}

std::optional<Value> merged_mask(Builder& builder, std::span<const Tensor> inputs) {
  std::optional<Value> mask = inputs.front().mask;
  for (const Tensor& input : inputs.subspan(1)) {
    if (!mask || !input.mask) return std::nullopt;
    mask = graph::logical_or(builder, *mask, *input.mask);
  }
  return mask;
}

}  // namespace

std::string shapes_text(const Builder& builder, std::span<const Tensor> inputs) {
  std::string text;
  for (size_t i = 0; i < inputs.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == inputs.size() ? " and " : ", ") + sample_text(builder.shape(inputs[i].value));
  }
  return text;
}

std::vector<Value> aligned(Builder& builder, std::span<const Tensor> inputs) {
  size_t rank = 0;
  for (const Tensor& input : inputs) rank = std::max(rank, builder.shape(input.value).rank());
  std::vector<Value> values;
  for (const Tensor& input : inputs) values.push_back(with_rank(builder, input.value, rank));
  Shape merged = builder.shape(values.front());
  for (const Value value : values) {
    Shape next;
    if (!broadcast(merged, builder.shape(value), next)) {
      builder.fail(
          "merge-shapes", "inputs of the shapes " + shapes_text(builder, inputs) + " do not fit together",
          "their sizes must be equal or 1 along each axis; a Dense, a Conv2D with kernel_size 1 or a Reshape can "
          "make them so");
    }
    merged = next;
  }
  return values;
}

Tensor merge(Builder& builder, std::span<const Tensor> inputs, BinaryOp op) {
  const std::vector<Value> values = aligned(builder, inputs);
  Value result = values.front();
  for (size_t i = 1; i < values.size(); ++i) result = op(builder, result, values[i]);
  return {result, merged_mask(builder, inputs)};
}

}  // namespace dltrain::layers
