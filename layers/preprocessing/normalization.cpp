// Normalization: inputs with mean 0 and variance 1 over the training data, learned before training or given.
#include <algorithm>
#include <cmath>

#include "graph/ops.h"
#include "layers/layer.h"
#include "layers/support/axes.h"
#include "layers/support/number_grid.h"

namespace dltrain::layers {
namespace {

struct Normalization {
  static constexpr auto kind = "Normalization";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::pass};
  std::vector<int64_t> axis = {-1};
  std::optional<NumberGrid> mean;
  std::optional<NumberGrid> variance;
  bool invert = false;

  static void describe(auto& d) {
    using Self = Normalization;
    d.doc(
        "(x - mean) / sqrt(variance). Without `mean` and `variance` these are taken from the training data before "
        "training, and stored with the model; columns of 0 and 1 that a table's categories have become stay as they are.");
    d.param(&Self::axis, "axis",
            "axes along which each index has a mean and a variance of its own; [] for one of each");
    d.param(&Self::mean, "mean", "a number, or as many as `axis` has; with `variance`");
    d.param(&Self::variance, "variance", "a number, or as many as `axis` has; with `mean`").at_least(0);
    d.param(&Self::invert, "invert", "do the opposite: x sqrt(variance) + mean");
  }

  void check(FieldReport& report) const {
    if (mean.has_value() != variance.has_value()) {
      report.error(mean ? "mean" : "variance", "mean and variance must be given together",
                   mean ? "add variance = ..." : "add mean = ...");
      return;
    }
    if (!mean) return;
    if (mean->shape != variance->shape) {
      report.error("variance",
                   "mean and variance must have the same shape (were " + mean->shape.text() + " and " +
                       variance->shape.text() + ")",
                   "give one variance for each mean");
    } else if (mean->shape.rank() > axis.size()) {
      report.error("mean",
                   "mean has more axes than `axis` names (" + std::to_string(mean->shape.rank()) + " and " +
                       std::to_string(axis.size()) + ")",
                   "name the axes it is for");
    }
  }

  Value build(Builder& b, Value x) const {
    const std::vector<int64_t> kept = axes_of(b, x, axis, "axis");
    const Statistics statistics = mean ? given(b, x, kept) : learned(b, x, kept);
    if (invert) return graph::add(b, graph::mul(b, x, statistics.deviation), statistics.mean);
    return graph::div(b, graph::sub(b, x, statistics.mean), statistics.deviation);
  }

  std::optional<Adaptation> adaptation(const Shape& input) const {
    if (mean) return std::nullopt;
    Adaptation result;
    for (const int64_t each : axis) result.axes.push_back(normalized_axis(each, input.rank()));
    std::sort(result.axes.begin(), result.axes.end());
    for (const int64_t each : result.axes) result.shape = result.shape.concat({input[static_cast<size_t>(each)]});
    return result;
  }

 private:
  static constexpr double least_deviation = 1e-7;  // Keras' epsilon: constant inputs become 0

  // Both with size 1 along the axes that are not kept.
  struct Statistics {
    Value mean;
    Value deviation;
  };

  static Shape spread_shape(const Shape& input, const std::vector<int64_t>& kept) {
    std::vector<int64_t> sizes(input.rank(), 1);
    for (const int64_t each : kept) sizes[static_cast<size_t>(each)] = input[static_cast<size_t>(each)];
    return Shape(std::move(sizes));
  }

  Statistics learned(Builder& b, Value x, const std::vector<int64_t>& kept) const {
    Shape sizes;
    for (const int64_t each : kept) sizes = sizes.concat({b.shape(x)[static_cast<size_t>(each)]});
    const Value mean_state = b.buffer("mean", sizes, named("initializer", "Zeros"));
    const Value variance_state = b.buffer("variance", sizes, named("initializer", "Ones"));
    const Shape spread = spread_shape(b.shape(x), kept);
    const Value deviation =
        graph::maximum(b, graph::sqrt(b, graph::reshape(b, variance_state, spread)), least_deviation);
    return {graph::reshape(b, mean_state, spread), deviation};
  }

  // The given numbers belong to the last of the kept axes.
  Statistics given(Builder& b, Value x, const std::vector<int64_t>& kept) const {
    const Shape full = spread_shape(b.shape(x), kept);
    Shape spread(std::vector<int64_t>(full.rank(), 1));
    for (size_t i = 0; i < mean->shape.rank(); ++i) {
      const auto target = static_cast<size_t>(kept[kept.size() - mean->shape.rank() + i]);
      spread[target] = mean->shape[i];
      if (spread[target] == full[target] || spread[target] == 1) continue;
      b.fail("shape",
             "mean and variance " + mean->shape.text() + " do not fit the input (" + sample_text(b.shape(x)) +
                 ") along axis " + std::to_string(target),
             "give one number, or one for each index of the axis");
    }
    std::vector<double> deviations;
    for (const double each : variance->values) deviations.push_back(std::max(std::sqrt(each), least_deviation));
    return {graph::constant(b, b.dtype(x), spread, mean->values), graph::constant(b, b.dtype(x), spread, deviations)};
  }
};

}  // namespace

void register_normalization(LayerRegistry& registry) { add_layer<Normalization>(registry); }

}  // namespace dltrain::layers
