// CategoricalCrossentropy: the mean cross-entropy of classes, with one-hot targets.
#include "models/metrics/mean_metric.h"

namespace dltrain::models {

namespace {

struct CategoricalCrossentropy : LossMetric {
  static constexpr auto kind = "CategoricalCrossentropy";
  bool from_logits = false;
  double label_smoothing = 0;
  int64_t axis = -1;

  static void describe(auto& d) {
    d.doc("Mean cross-entropy of classes, with a target that has a column for each class.");
    d.alias("categorical_crossentropy");
    d.param(&CategoricalCrossentropy::from_logits, "from_logits", "the prediction has not gone through a softmax");
    d.param(&CategoricalCrossentropy::label_smoothing, "label_smoothing",
            "spreads this share of each target evenly over the classes")
        .at_least(0)
        .at_most(1);
    d.param(&CategoricalCrossentropy::axis, "axis", "that of the classes");
    describe_name<CategoricalCrossentropy>(d);
  }

 protected:
  std::string default_name() const override { return "categorical_crossentropy"; }
  std::unique_ptr<const Loss> loss() const override {
    Table params;
    params.set("from_logits", from_logits);
    params.set("label_smoothing", label_smoothing);
    params.set("axis", axis);
    return loss_with(kind, params);
  }
};

}  // namespace

void register_categorical_crossentropy(MetricRegistry& registry) { registry.add<CategoricalCrossentropy>(); }

}  // namespace dltrain::models
