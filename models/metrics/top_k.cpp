#include "models/metrics/top_k.h"

#include <limits>

#include "graph/ops.h"

namespace dltrain::models {

using graph::Builder;
using graph::Value;

Value in_top_k(Builder& b, Value prediction, Value labels, int64_t k) {
  const DType dtype = b.dtype(prediction);
  const Value places = graph::one_hot(b, labels, b.shape(prediction).back(), dtype);
  const Value chosen = graph::reduce_sum(b, graph::mul(b, prediction, places), {-1}, true);
  const Value larger = graph::reduce_sum(b, graph::cast(b, graph::less(b, chosen, prediction), dtype), {-1});
  const Value found = graph::less(b, larger, graph::full(b, dtype, {}, static_cast<double>(k)));
  const Value inside = graph::cast(b, graph::reduce_sum(b, places, {-1}), DType::boolean);
  // A number that is not finite makes the sum with zeros one too.
  const Value finite = graph::is_finite(b, graph::reduce_sum(b, graph::mul(b, prediction, 0), {-1}));
  return graph::logical_and(b, found, graph::logical_and(b, inside, finite));
}

Value top_k_mask(Builder& b, Value prediction, int64_t k) {
  const DType dtype = b.dtype(prediction);
  const int64_t columns = b.shape(prediction).back();
  const Value lowest = graph::full(b, dtype, {}, -std::numeric_limits<float>::max());
  Value left = prediction;
  Value mask;
  for (int64_t i = 0; i < k; ++i) {
    const Value best = graph::cast(b, graph::one_hot(b, graph::argmax(b, left), columns, dtype), DType::boolean);
    mask = i == 0 ? best : graph::logical_or(b, mask, best);
    left = graph::select(b, best, lowest, left);
  }
  return mask;
}

}  // namespace dltrain::models
