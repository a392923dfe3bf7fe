// RMSprop: steps divided by a moving root mean square of the gradients (Hinton, lecture 6e, 2012).
#include "models/optimizers/optimizer.h"

namespace dltrain::models {

namespace {

struct RMSprop : Optimizer {
  static constexpr auto kind = "RMSprop";
  double rho = 0.9;
  double momentum = 0;
  double epsilon = 1e-7;
  bool centered = false;

  RMSprop() { learning_rate.number = 0.001; }

  static void describe(auto& d) {
    d.doc("Divides each element of the gradient by the root of a moving average of its squares.");
    d.alias("rmsprop");
    describe_learning_rate<RMSprop>(d);
    d.param(&RMSprop::rho, "rho", "share of the old average that stays").at_least(0).at_most(1);
    d.param(&RMSprop::momentum, "momentum", "share of the step before that is added").at_least(0).at_most(1);
    d.param(&RMSprop::epsilon, "epsilon", "added to the average, against division by zero").at_least(0);
    d.param(&RMSprop::centered, "centered", "use the variance of the gradients in the place of their square");
    describe_weight_decay<RMSprop>(d);
    describe_clipping<RMSprop>(d);
    describe_averages<RMSprop>(d);
  }
  void check(FieldReport& report) const { check_shared(report); }

  Step step() const override {
    Step step{
        "rmsprop", {{"rho", rho}, {"momentum", momentum}, {"epsilon", epsilon}, {"centered", centered}}, {"velocity"}};
    if (momentum > 0) step.slots.push_back("momentum");
    if (centered) step.slots.push_back("average_gradient");
    return step;
  }
  std::vector<std::vector<std::string>> saved_slots() const override {
    std::vector<std::vector<std::string>> groups;
    for (const std::string& name : step().slots) groups.push_back({name});
    return groups;
  }
};

}  // namespace

void register_rmsprop(OptimizerRegistry& registry) { registry.add<RMSprop>(); }

}  // namespace dltrain::models
