#include "models/optimizers/averages.h"

#include "graph/ops.h"

namespace dltrain::models {

using graph::Builder;
using graph::Value;

namespace {

// Whether `count` is a multiple of `period`, both int64.
Value multiple_of(Builder& b, Value count, int64_t period) {
  const Value whole = graph::full(b, DType::i64, {}, static_cast<double>(period));
  return graph::equal(b, graph::mul(b, graph::div(b, count, whole), whole), count);
}

}  // namespace

AverageScalars average_scalars(Builder& b, const AverageRule& rule, Value iteration, Value finite) {
  const Value first = graph::equal(b, iteration, graph::full(b, DType::i64, {}, 0));
  const auto number = [&](double value) { return graph::scalar_constant(b, value); };
  AverageScalars scalars;
  const Value share = graph::select(b, first, number(0), number(rule.momentum));
  scalars.keep = graph::select(b, finite, share, number(1));
  scalars.take = graph::sub(b, number(1), scalars.keep);
  if (rule.overwrite_frequency) {
    const Value due = multiple_of(b, graph::add(b, iteration, 1), *rule.overwrite_frequency);
    scalars.overwrite = graph::logical_and(b, finite, due);
  }
  return scalars;
}

Value updated_average(Builder& b, const AverageScalars& scalars, Value average, Value& weight) {
  const Value old = graph::mul(b, average, scalars.keep);
  const Value now = graph::add(b, old, graph::mul(b, weight, scalars.take));
  if (scalars.overwrite) weight = graph::select(b, *scalars.overwrite, now, weight);
  return now;
}

}  // namespace dltrain::models
