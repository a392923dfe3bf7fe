// SGD: gradient descent, with momentum or Nesterov's momentum (Sutskever et al. 2013).
#include "models/optimizers/optimizer.h"

namespace dltrain::models {

namespace {

struct SGD : Optimizer {
  static constexpr auto kind = "SGD";
  double momentum = 0;
  bool nesterov = false;

  SGD() { learning_rate.number = 0.01; }

  static void describe(auto& d) {
    d.doc(
        "Stochastic gradient descent: w -= learning_rate x gradient; with momentum, the steps before go on with that "
        "factor.");
    d.alias("sgd");
    describe_learning_rate<SGD>(d);
    d.param(&SGD::momentum, "momentum", "share of the step before that is added").at_least(0).at_most(1);
    d.param(&SGD::nesterov, "nesterov", "take the gradient's step from where the momentum leads");
    describe_weight_decay<SGD>(d);
    describe_clipping<SGD>(d);
    describe_averages<SGD>(d);
  }
  void check(FieldReport& report) const {
    check_shared(report);
    if (nesterov && momentum == 0)
      report.error("nesterov", "nesterov has no effect without momentum", "add momentum, for example 0.9");
  }

  Step step() const override {
    Step step{"sgd", {{"momentum", momentum}, {"nesterov", nesterov}}, {}};
    if (momentum > 0) step.slots = {"momentum"};
    return step;
  }
  std::vector<std::vector<std::string>> saved_slots() const override { return {step().slots}; }
};

}  // namespace

void register_sgd(OptimizerRegistry& registry) { registry.add<SGD>(); }

}  // namespace dltrain::models
