// SparseCategoricalCrossentropy: the mean cross-entropy of classes, with class numbers as targets.
#include "models/metrics/mean_metric.h"

namespace dltrain::models {

namespace {

struct SparseCategoricalCrossentropy : LossMetric {
  static constexpr auto kind = "SparseCategoricalCrossentropy";
  bool from_logits = false;
  std::optional<int64_t> ignore_class;
  int64_t axis = -1;

  static void describe(auto& d) {
    d.doc("Mean cross-entropy of classes, with class numbers as target.");
    d.alias("sparse_categorical_crossentropy");
    d.param(&SparseCategoricalCrossentropy::from_logits, "from_logits",
            "the prediction has not gone through a softmax");
    d.param(&SparseCategoricalCrossentropy::ignore_class, "ignore_class", "a class number that does not count");
    d.param(&SparseCategoricalCrossentropy::axis, "axis", "that of the classes; only the last is possible");
    describe_name<SparseCategoricalCrossentropy>(d);
  }

 protected:
  std::string default_name() const override { return "sparse_categorical_crossentropy"; }
  std::unique_ptr<const Loss> loss() const override {
    Table params;
    params.set("from_logits", from_logits);
    if (ignore_class) params.set("ignore_class", *ignore_class);
    params.set("axis", axis);
    return loss_with(kind, params);
  }
};

}  // namespace

void register_sparse_categorical_crossentropy(MetricRegistry& registry) {
  registry.add<SparseCategoricalCrossentropy>();
}

}  // namespace dltrain::models
