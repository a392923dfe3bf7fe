#include "models/losses/reduction.h"

#include <algorithm>

#include "graph/ops.h"

namespace dltrain::models {

using graph::Builder;
using graph::Value;

namespace {

// The sizes of x, made as long as `shape`: ones are added behind, or dropped there.
Shape aligned_shape(const Shape& x, size_t rank) {
  std::vector<int64_t> sizes = x.sizes();
  while (sizes.size() > rank && sizes.back() == 1) sizes.pop_back();
  while (sizes.size() < rank) sizes.push_back(1);
  return Shape(std::move(sizes));
}

bool fits(const Shape& x, const Shape& shape) {
  if (x.rank() != shape.rank()) return false;
  for (size_t i = 0; i < x.rank(); ++i) {
    if (x[i] != 1 && x[i] != shape[i]) return false;
  }
  return true;
}

std::optional<Value> product(Builder& b, std::optional<Value> x, std::optional<Value> y) {
  if (!x || !y) return x ? x : y;
  return graph::mul(b, *x, *y);
}

// The sum of x over `shape`, to which it broadcasts.
Value sum_over(Builder& b, Value x, const Shape& shape) {
  const double copies =
      static_cast<double>(shape.elements()) / static_cast<double>(std::max<int64_t>(1, b.shape(x).elements()));
  const Value sum = graph::reduce_sum(b, x);
  return copies == 1 ? sum : graph::mul(b, sum, copies);
}

}  // namespace

Value align_leading(Builder& b, Value x, const Shape& shape, const char* what) {
  const Shape aligned = aligned_shape(b.shape(x), shape.rank());
  if (!fits(aligned, shape)) {
    b.fail(
        "target-shape",
        std::string(what) + " has shape " + b.shape(x).text() + ", which does not fit values of shape " + shape.text(),
        "give one number for each sample, or one for each value");
  }
  return aligned == b.shape(x) ? x : graph::reshape(b, x, aligned);
}

LossSums loss_sums(Builder& b, const LossValues& loss, Reduction reduction, std::optional<Value> mask,
                   std::optional<Value> weight) {
  const Shape shape = b.shape(loss.values);  // a copy: the graph grows
  const auto factor = [&](std::optional<Value> given, const char* what) -> std::optional<Value> {
    if (!given) return std::nullopt;
    return graph::cast(b, align_leading(b, *given, shape, what), b.dtype(loss.values));
  };
  const auto kept = product(b, factor(mask, "the mask"), factor(loss.mask, "the mask of the loss"));
  const auto weights = product(b, kept, factor(weight, "the sample weight"));

  LossSums sums;
  sums.numerator = graph::reduce_sum(b, weights ? graph::mul(b, loss.values, *weights) : loss.values);
  if (reduction != Reduction::sum)
    sums.per_sample = static_cast<double>(shape.elements()) / static_cast<double>(std::max<int64_t>(shape[0], 1));
  const auto divisor = reduction == Reduction::mean_with_sample_weight ? weights : kept;
  if (reduction == Reduction::sum) {
    sums.denominator = graph::full(b, b.dtype(loss.values), {}, 1);
  } else if (divisor) {
    sums.denominator = sum_over(b, *divisor, shape);
  } else {
    sums.denominator = graph::full(b, b.dtype(loss.values), {}, static_cast<double>(shape.elements()));
  }
  return sums;
}

}  // namespace dltrain::models
