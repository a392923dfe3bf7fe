// What a metric is: sums over samples, made batch by batch on the device, and a result made from their totals on the
// host. Names, arguments, defaults and meanings are those of Keras 3.
//
// Weights. Keras gives sample weights to `weighted_metrics` only; `metrics` of a recipe see each sample once. Masks of
// the prediction do count, so the caller passes the mask as `weight` (1 and 0). Keras forgets the mask in
// RootMeanSquaredError, Precision and Recall; here it counts in every metric.
//
// Counts. The sums of one batch are real scalars or short vectors: as float32 they hold every count up to 2^24. Totals
// are kept as float64 states on the device (accumulate), which hold every count up to 2^53, so that an epoch loses
// nothing however long it is; results are made on the host in double.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/component.h"
#include "core/data_spec.h"
#include "graph/builder.h"
#include "models/kinds.h"
#include "models/losses/loss.h"

namespace dltrain::models {

// What one batch adds to one total.
struct MetricSum {
  std::string name;    // "total", "count", "true_positives"; unique within the metric
  graph::Value value;  // real; the same shape for every batch
};

class Metric {
 public:
  virtual ~Metric() = default;
  // As Keras prints it: "root_mean_squared_error"; the argument `name` if it is given.
  std::string name() const { return given_name ? *given_name : default_name(); }
  // What it expects of target and prediction; nothing particular (numbers) where it takes any.
  virtual LossTraits traits() const { return {}; }
  // Whether larger is better: what `mode = "auto"` of callbacks goes by.
  virtual bool increases() const = 0;
  // target [N, ...] of any dtype, prediction [N, ...] real, weight real over leading axes of the prediction. Shapes
  // that do not fit are a UserError at the builder's scope. The names and shapes do not depend on the batch size.
  virtual std::vector<MetricSum> sums(graph::Builder& b, graph::Value target, graph::Value prediction,
                                      std::optional<graph::Value> weight) const = 0;
  // From the totals, in the order of sums(). One result for each suffix. Without samples: 0, as in Keras.
  virtual std::vector<double> results(std::span<const std::vector<double>> totals) const = 0;
  // What is added to the name for each result: {""}, or for several thresholds {"_0.2", "_0.5"}.
  virtual std::vector<std::string> suffixes() const { return {""}; }

  std::optional<std::string> given_name;

 protected:
  virtual std::string default_name() const = 0;
  template <class T> static void describe_name(auto& d) {
    d.param(&T::given_name, "name", "how the values are called in logs and monitored; without it, by the metric");
  }
};

using MetricRegistry = Kinds<const Metric>;
const MetricRegistry& metric_registry();

// From a validated component of family "metric".
inline std::unique_ptr<const Metric> make_metric(const Component& component) {
  return metric_registry().make(component);
}

// Keras calls a metric as the user did: "mse" stays "mse", "acc" stays "acc". Sets the name of `metric`, which was read
// from `given`, if the recipe names it by an alias ("mse", or a table with type = "mse") and gives no name.
void keep_given_name(Component& metric, const Setting& given);

// The names of the metrics of one output. Of equal names the second becomes "NAME_1", the third "NAME_2", as in Keras.
std::vector<std::string> metric_names(std::span<const Component> metrics);

// Adds the sums of one batch to float64 states called "PREFIX/NAME" of role metric, which start at zero. Returns the
// states' names in the order of the sums. `prefix` is unique in the program: "metrics/dense/accuracy".
std::vector<std::string> accumulate(graph::Builder& b, const std::string& prefix, std::span<const MetricSum> sums);

}  // namespace dltrain::models
