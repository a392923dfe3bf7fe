// Adam: steps from moving averages of the gradients and of their squares (Kingma and Ba 2015).
#include "models/optimizers/adam.h"

namespace dltrain::models {

namespace {

struct Adam : AdamBase {
  static constexpr auto kind = "Adam";

  static void describe(auto& d) {
    d.doc(
        "Adaptive moments: the moving average of the gradient over the root of that of its square, both corrected for "
        "their start at zero.");
    d.alias("adam");
    describe_learning_rate<Adam>(d);
    describe_moments<Adam>(d);
    describe_weight_decay<Adam>(d);
    describe_clipping<Adam>(d);
    describe_averages<Adam>(d);
  }
};

}  // namespace

void register_adam(OptimizerRegistry& registry) { registry.add<Adam>(); }

}  // namespace dltrain::models
