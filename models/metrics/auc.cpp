// AUC: the area under a curve over thresholds: of true positives over false ones (ROC), or of precision over recall (PR).
// The sums at each threshold and the three ways to add them up are those of Keras 3 (keras/src/metrics), which takes the
// interpolation of PR from Davis and Goadrich, "The Relationship Between Precision-Recall and ROC Curves", 2006.
#include <algorithm>
#include <cmath>

#include "graph/ops.h"
#include "models/metrics/confusion.h"

namespace dltrain::models {

namespace {

using graph::Builder;
using graph::Value;

constexpr double epsilon = 1e-7;  // Keras' backend.epsilon(): the outermost thresholds lie so far outside of 0 and 1

double ratio(double a, double b) { return b == 0 ? 0 : a / b; }

// Counts by threshold, in rising order.
struct Counts {
  std::span<const double> true_positives, false_positives;
  double positives, negatives;

  size_t size() const { return true_positives.size(); }
  double recall(size_t i) const { return ratio(true_positives[i], positives); }
  double false_positive_rate(size_t i) const { return ratio(false_positives[i], negatives); }
  double predicted(size_t i) const { return true_positives[i] + false_positives[i]; }
  double precision(size_t i) const { return ratio(true_positives[i], predicted(i)); }
};

// Between two thresholds true positives grow in a straight line with all that are predicted positive.
double interpolated_precision(const Counts& c) {
  double area = 0;
  for (size_t i = 0; i + 1 < c.size(); ++i) {
    const double gained = c.true_positives[i] - c.true_positives[i + 1];
    const double slope = ratio(gained, std::max(c.predicted(i) - c.predicted(i + 1), 0.0));
    const double intercept = c.true_positives[i + 1] - slope * c.predicted(i + 1);
    const bool both = c.predicted(i) > 0 && c.predicted(i + 1) > 0;
    const double growth = both ? c.predicted(i) / c.predicted(i + 1) : 1;
    area += ratio(slope * (gained + intercept * std::log(growth)), c.positives);
  }
  return area;
}

struct Auc : Metric {
  static constexpr auto kind = "AUC";
  int64_t num_thresholds = 200;
  std::string curve = "ROC";
  std::string summation_method = "interpolation";
  std::optional<std::vector<double>> thresholds;
  bool from_logits = false;

  static void describe(auto& d) {
    d.doc(
        "Area under the ROC curve (true over false positives) or the PR curve (precision over recall), from counts at "
        "thresholds. Targets are 0 or 1, shaped like the prediction. 0.5 is guessing, 1 is perfect (ROC).");
    d.alias("auc");
    d.param(&Auc::num_thresholds, "num_thresholds", "thresholds from 0 to 1, evenly; more are more exact").at_least(2);
    d.param(&Auc::curve, "curve", "which curve").one_of({"ROC", "PR"});
    d.param(&Auc::summation_method, "summation_method",
            "how the area between two thresholds is counted: in the middle, by the lower or by the higher end")
        .one_of({"interpolation", "minoring", "majoring"});
    d.param(&Auc::thresholds, "thresholds", "thresholds between 0 and 1, instead of num_thresholds")
        .at_least(0)
        .at_most(1);
    d.param(&Auc::from_logits, "from_logits", "the prediction has not gone through a sigmoid");
    describe_name<Auc>(d);
  }

  bool increases() const override { return true; }
  LossTraits traits() const override {
    return {from_logits ? PredictionKind::logits : PredictionKind::probabilities, TargetForm::truth_values};
  }

  std::vector<MetricSum> sums(Builder& b, Value target, Value prediction, std::optional<Value> weight) const override {
    Pair pair = same_shape(b, target, prediction);
    if (from_logits) pair.prediction = graph::sigmoid(b, pair.prediction);
    const DType dtype = b.dtype(pair.prediction);
    const Comparison seen = compare(b, pair, limits(), weight);
    const auto sum = [&](Value counted) {
      const Value numbers = graph::cast(b, counted, dtype);
      return graph::reduce_sum(b, seen.weight ? graph::mul(b, numbers, *seen.weight) : numbers, {1});
    };
    const Value negative = graph::logical_not(b, seen.positive);
    return {{"true_positives", sum(graph::logical_and(b, seen.positive, seen.chosen))},
            {"false_positives", sum(graph::logical_and(b, negative, seen.chosen))},
            {"positives", sum(seen.positive)},
            {"negatives", sum(negative)}};
  }

  std::vector<double> results(std::span<const std::vector<double>> totals) const override {
    const Counts counts{totals[0], totals[1], totals[2][0], totals[3][0]};
    const bool roc = curve == "ROC";
    if (!roc && summation_method == "interpolation") return {interpolated_precision(counts)};
    double area = 0;
    for (size_t i = 0; i + 1 < counts.size(); ++i) {
      const double width = roc ? counts.false_positive_rate(i) - counts.false_positive_rate(i + 1)
                               : counts.recall(i) - counts.recall(i + 1);
      const double first = roc ? counts.recall(i) : counts.precision(i);
      const double second = roc ? counts.recall(i + 1) : counts.precision(i + 1);
      area += width * height(first, second);
    }
    return {area};
  }

 protected:
  std::string default_name() const override { return "auc"; }

 private:
  std::vector<double> limits() const {
    std::vector<double> inner = thresholds.value_or(std::vector<double>());
    std::sort(inner.begin(), inner.end());
    if (!thresholds) {
      for (int64_t i = 1; i + 1 < num_thresholds; ++i)
        inner.push_back(static_cast<double>(i) / static_cast<double>(num_thresholds - 1));
    }
    inner.insert(inner.begin(), -epsilon);
    inner.push_back(1 + epsilon);
    return inner;
  }

  double height(double a, double b) const {
    if (summation_method == "interpolation") return (a + b) / 2;
    return summation_method == "minoring" ? std::min(a, b) : std::max(a, b);
  }
};

}  // namespace

void register_auc(MetricRegistry& registry) { registry.add<Auc>(); }

}  // namespace dltrain::models
