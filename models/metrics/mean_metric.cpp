#include "models/metrics/mean_metric.h"

#include "graph/ops.h"
#include "models/losses/reduction.h"

namespace dltrain::models {

std::vector<MetricSum> MeanMetric::sums(graph::Builder& b, graph::Value target, graph::Value prediction,
                                        std::optional<graph::Value> weight) const {
  const LossSums sums = loss_sums(b, values(b, target, prediction), Reduction::mean_with_sample_weight, {}, weight);
  return {{"total", sums.numerator}, {"count", sums.denominator}};
}

std::vector<double> MeanMetric::results(std::span<const std::vector<double>> totals) const {
  const double count = totals[1][0];
  return {count == 0 ? 0 : totals[0][0] / count};
}

std::unique_ptr<const Loss> loss_with(std::string kind, Table params) {
  return make_loss({"loss", std::move(kind), std::move(params), {}});
}

graph::Value as_numbers(graph::Builder& b, graph::Value truth) { return graph::cast(b, truth, b.real()); }

}  // namespace dltrain::models
