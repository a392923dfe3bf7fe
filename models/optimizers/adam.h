// What Adam and AdamW share: they differ in their defaults only.
#pragma once

#include "models/optimizers/optimizer.h"

namespace dltrain::models {

struct AdamBase : Optimizer {
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  bool amsgrad = false;

  AdamBase() { learning_rate.number = 0.001; }
  void check(FieldReport& report) const { check_shared(report); }

 protected:
  Step step() const override {
    Step step{"adam",
              {{"beta_1", beta_1}, {"beta_2", beta_2}, {"epsilon", epsilon}, {"amsgrad", amsgrad}},
              {"momentum", "velocity"}};
    if (amsgrad) step.slots.push_back("velocity_hat");
    return step;
  }
  std::vector<std::vector<std::string>> saved_slots() const override {
    if (amsgrad) return {{"momentum", "velocity"}, {"velocity_hat"}};
    return {{"momentum", "velocity"}};
  }

  template <class T> static void describe_moments(auto& d) {
    d.param(&T::beta_1, "beta_1", "share of the old average of gradients that stays").at_least(0).less_than(1);
    d.param(&T::beta_2, "beta_2", "share of the old average of squared gradients that stays").at_least(0).less_than(1);
    d.param(&T::epsilon, "epsilon", "added to the root of the average, against division by zero").at_least(0);
    d.param(&T::amsgrad, "amsgrad", "divide by the largest average so far (Reddi et al. 2018)");
  }
};

}  // namespace dltrain::models
