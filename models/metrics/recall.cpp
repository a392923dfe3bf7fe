// Recall: true positives over all positives of the target.
#include "models/metrics/confusion.h"

namespace dltrain::models {

namespace {

struct Recall : ConfusionMetric {
  static constexpr auto kind = "Recall";

  static void describe(auto& d) {
    d.doc("Share of the target's positives that are found. Targets are 0 or 1, shaped like the prediction.");
    d.alias("recall");
    describe_confusion<Recall>(d);
  }

 protected:
  std::string default_name() const override { return "recall"; }
  Other other() const override { return {"false_negatives", true, false}; }
};

}  // namespace

void register_recall(MetricRegistry& registry) { registry.add<Recall>(); }

}  // namespace dltrain::models
