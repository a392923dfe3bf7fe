// AdamW: Adam with weight decay beside the gradient (Loshchilov and Hutter 2019). As in Keras, all trained weights
// decay.
#include "models/optimizers/adam.h"

namespace dltrain::models {

namespace {

struct AdamW : AdamBase {
  static constexpr auto kind = "AdamW";

  AdamW() { weight_decay = 0.004; }

  static void describe(auto& d) {
    d.doc(
        "Adam with weight decay that does not pass through the averages. Every trained weight decays, biases "
        "included.");
    d.alias("adamw");
    describe_learning_rate<AdamW>(d);
    describe_weight_decay<AdamW>(d);
    describe_moments<AdamW>(d);
    describe_clipping<AdamW>(d);
    describe_averages<AdamW>(d);
  }
};

}  // namespace

void register_adamw(OptimizerRegistry& registry) { registry.add<AdamW>(); }

}  // namespace dltrain::models
