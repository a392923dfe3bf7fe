// Precision: true positives over all predicted positives.
#include "models/metrics/confusion.h"

namespace dltrain::models {

namespace {

struct Precision : ConfusionMetric {
  static constexpr auto kind = "Precision";

  static void describe(auto& d) {
    d.doc("Share of the predicted positives that are right. Targets are 0 or 1, shaped like the prediction.");
    d.alias("precision");
    describe_confusion<Precision>(d);
  }

 protected:
  std::string default_name() const override { return "precision"; }
  Other other() const override { return {"false_positives", false, true}; }
};

}  // namespace

void register_precision(MetricRegistry& registry) { registry.add<Precision>(); }

}  // namespace dltrain::models
