// BinaryCrossentropy: the mean cross-entropy of truth values.
#include "models/metrics/mean_metric.h"

namespace dltrain::models {

namespace {

struct BinaryCrossentropy : LossMetric {
  static constexpr auto kind = "BinaryCrossentropy";
  bool from_logits = false;
  double label_smoothing = 0;

  static void describe(auto& d) {
    d.doc("Mean cross-entropy of truth values 0 and 1.");
    for (const char* known : {"binary_crossentropy", "bce", "BCE"}) d.alias(known);
    d.param(&BinaryCrossentropy::from_logits, "from_logits", "the prediction has not gone through a sigmoid");
    d.param(&BinaryCrossentropy::label_smoothing, "label_smoothing", "draws targets this share of the way to 0.5")
        .at_least(0)
        .at_most(1);
    describe_name<BinaryCrossentropy>(d);
  }

 protected:
  std::string default_name() const override { return "binary_crossentropy"; }
  std::unique_ptr<const Loss> loss() const override {
    Table params;
    params.set("from_logits", from_logits);
    params.set("label_smoothing", label_smoothing);
    return loss_with(kind, params);
  }
};

}  // namespace

void register_binary_crossentropy(MetricRegistry& registry) { registry.add<BinaryCrossentropy>(); }

}  // namespace dltrain::models
