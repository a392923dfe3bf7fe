#include "models/metrics/confusion.h"

#include "core/text.h"
#include "graph/ops.h"
#include "models/losses/reduction.h"
#include "models/metrics/top_k.h"

namespace dltrain::models {

using graph::Builder;
using graph::Value;

namespace {

constexpr double below_all =
    -1e10;  // Keras' NEG_INF: what predictions outside the top k become, and the threshold with top_k

// Column `class_id` of x, its axis kept.
Value column(Builder& b, Value x, int64_t class_id) {
  const Shape shape = b.shape(x);
  if (shape.rank() < 2 || class_id >= shape.back()) {
    b.fail("metric-setting",
           "class_id = " + std::to_string(class_id) + " is not a column of the prediction, which has shape " +
               shape.text(),
           "columns count from 0");
  }
  std::vector<int64_t> begin(shape.rank(), 0);
  std::vector<int64_t> size = shape.sizes();
  begin.back() = class_id;
  size.back() = 1;
  return graph::slice(b, x, begin, size);
}

Value only_top_k(Builder& b, Value prediction, int64_t k) {
  const Shape shape = b.shape(prediction);
  if (shape.rank() < 2 || k > shape.back()) {
    b.fail("metric-setting", "top_k = " + std::to_string(k) +
                                 " is more than the columns of the prediction, which has shape " + shape.text());
  }
  return graph::select(b, top_k_mask(b, prediction, k), prediction, graph::full(b, b.dtype(prediction), {}, below_all));
}

Value flat_row(Builder& b, Value x) { return graph::reshape(b, x, {1, -1}); }

}  // namespace

Comparison compare(Builder& b, const Pair& pair, const std::vector<double>& thresholds,
                   const std::optional<Value>& weight) {
  const DType dtype = b.dtype(pair.prediction);
  const Shape shape = b.shape(pair.prediction);
  const Value limits = graph::constant(b, dtype, {static_cast<int64_t>(thresholds.size()), 1}, thresholds);
  Comparison made{flat_row(b, graph::cast(b, pair.target, DType::boolean)),
                  graph::greater(b, flat_row(b, pair.prediction), limits), std::nullopt};
  if (weight) {
    const Value aligned = align_leading(b, graph::cast(b, *weight, dtype), shape, "the weight");
    made.weight = flat_row(b, graph::broadcast_to(b, aligned, shape));
  }
  return made;
}

LossTraits ConfusionMetric::traits() const {
  return {top_k ? PredictionKind::numbers : PredictionKind::probabilities, TargetForm::truth_values};
}

std::vector<MetricSum> ConfusionMetric::sums(Builder& b, Value target, Value prediction,
                                             std::optional<Value> weight) const {
  Pair pair = same_shape(b, target, prediction);
  if (top_k) pair.prediction = only_top_k(b, pair.prediction, *top_k);
  if (class_id) pair = {column(b, pair.target, *class_id), column(b, pair.prediction, *class_id)};
  const std::vector<double> limits = thresholds.value_or(std::vector<double>{top_k ? below_all : 0.5});
  const DType dtype = b.dtype(pair.prediction);
  const auto [positive, chosen, weights] = compare(b, pair, limits, weight);
  const auto sum = [&, &positive = positive, &chosen = chosen, &weights = weights](bool wanted_target,
                                                                                   bool wanted_prediction) {
    const Value t = wanted_target ? positive : graph::logical_not(b, positive);
    const Value p = wanted_prediction ? chosen : graph::logical_not(b, chosen);
    const Value hits = graph::cast(b, graph::logical_and(b, t, p), dtype);
    return graph::reduce_sum(b, weights ? graph::mul(b, hits, *weights) : hits, {1});
  };
  const Other second = other();
  return {{"true_positives", sum(true, true)}, {second.name, sum(second.target, second.prediction)}};
}

std::vector<double> ConfusionMetric::results(std::span<const std::vector<double>> totals) const {
  std::vector<double> results;
  for (size_t i = 0; i < totals[0].size(); ++i) {
    const double all = totals[0][i] + totals[1][i];
    results.push_back(all == 0 ? 0 : totals[0][i] / all);
  }
  return results;
}

std::vector<std::string> ConfusionMetric::suffixes() const {
  if (!thresholds || thresholds->size() < 2) return {""};
  std::vector<std::string> suffixes;
  for (const double threshold : *thresholds) suffixes.push_back("_" + number_text(threshold));
  return suffixes;
}

}  // namespace dltrain::models
