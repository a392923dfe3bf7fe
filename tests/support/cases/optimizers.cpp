// Examples of optimizer steps: every rule with every option, several weights with their own factors.
#include "tests/support/cases/cases.h"

namespace dltrain::test {

namespace {

struct Rule {
  const char* op;
  const char* name;
  size_t slots;
  graph::Attributes options;
};

// Slots are averages of squares or largest ones: positive, so that roots can be differentiated.
OpCase step(const Rule& rule, const std::vector<Shape>& weights, double iteration, bool finite, double scale,
            const std::string& suffix) {
  OpCase result{rule.op,
                rule.name + suffix,
                {reals({}, 0.01, 0.1), listed({}, {iteration}, DType::i64),
                 listed({}, {finite ? 1.0 : 0.0}, DType::boolean), listed({}, {scale})}};
  for (int part = 0; part < 2; ++part) {
    for (const Shape& shape : weights) result.inputs.push_back(reals(shape));
  }
  for (size_t slot = 0; slot < rule.slots; ++slot) {
    for (const Shape& shape : weights)
      result.inputs.push_back(reals(shape, 0.5 + static_cast<double>(slot), 1.0 + static_cast<double>(slot)));
  }
  std::vector<double> factors;
  std::vector<double> decays;
  for (size_t i = 0; i < weights.size(); ++i) {
    factors.push_back(i == 1 ? 0.1 : 1);
    decays.push_back(i == 0 ? 0.01 : 0);
  }
  result.attributes = rule.options;
  result.attributes.set("learning_rate_factors", factors);
  result.attributes.set("weight_decays", decays);
  return result;
}

// A scale of this age that grows after five updates.
OpCase loss_scale(const std::string& name, double scale, double age, bool finite, bool counts = true) {
  OpCase result{"loss_scale_step",
                name,
                {listed({}, {scale}), listed({}, {age}, DType::i64), listed({}, {7}, DType::i64),
                 listed({}, {finite ? 1.0 : 0.0}, DType::boolean), listed({}, {counts ? 1.0 : 0.0}, DType::boolean)},
                {{"growth_steps", int64_t{5}}}};
  result.differentiable = false;
  return result;
}

// Several weights and their averages.
OpCase averages(const std::vector<Shape>& weights, double iteration, bool finite, int64_t frequency,
                const std::string& name) {
  OpCase result{
      "average_step", name, {listed({}, {iteration}, DType::i64), listed({}, {finite ? 1.0 : 0.0}, DType::boolean)}};
  for (int part = 0; part < 2; ++part) {
    for (const Shape& shape : weights) result.inputs.push_back(reals(shape));
  }
  result.attributes = {{"momentum", 0.75}, {"overwrite_frequency", frequency}};
  return result;
}

}  // namespace

void add_optimizer_cases(std::vector<OpCase>& cases) {
  for (const Rule& rule :
       {Rule{"sgd_step", "plain", 0, {{"momentum", 0.0}, {"nesterov", false}}},
        Rule{"sgd_step", "momentum", 1, {{"momentum", 0.9}, {"nesterov", false}}},
        Rule{"sgd_step", "nesterov", 1, {{"momentum", 0.9}, {"nesterov", true}}},
        Rule{"rmsprop_step", "plain", 1, {{"rho", 0.9}, {"momentum", 0.0}, {"epsilon", 1e-7}, {"centered", false}}},
        Rule{"rmsprop_step", "momentum", 2, {{"rho", 0.9}, {"momentum", 0.5}, {"epsilon", 1e-7}, {"centered", false}}},
        Rule{"rmsprop_step", "centered", 2, {{"rho", 0.9}, {"momentum", 0.0}, {"epsilon", 9.0}, {"centered", true}}},
        Rule{"rmsprop_step",
             "centered with momentum",
             3,
             {{"rho", 0.9}, {"momentum", 0.5}, {"epsilon", 9.0}, {"centered", true}}},
        Rule{"adam_step", "plain", 2, {{"beta_1", 0.9}, {"beta_2", 0.999}, {"epsilon", 1e-7}, {"amsgrad", false}}},
        Rule{"adam_step", "amsgrad", 3, {{"beta_1", 0.9}, {"beta_2", 0.999}, {"epsilon", 1e-7}, {"amsgrad", true}}}}) {
    const std::vector<Shape> weights = {{3, 5}, {5}, {2, 2, 3}, {}};
    cases.push_back(step(rule, weights, 0, true, 1, ""));
    cases.push_back(step(rule, weights, 999, true, 0.25, ", later, scaled"));
    cases.push_back(step(rule, {{7}}, 3, false, 1, ", not finite"));
    cases.push_back(step(rule, weights, 2, true, 0.5, ", with penalties"));
    cases.back().attributes.set("penalties", std::vector<double>{0.25, 0, 0.5, 2});
  }
  const std::vector<Shape> weights = {{3, 5}, {5}, {2, 2, 3}, {}};
  cases.push_back(averages(weights, 0, true, 0, "first"));
  cases.push_back(averages(weights, 7, true, 0, "later"));
  cases.push_back(averages(weights, 7, false, 0, "not finite"));
  cases.push_back(averages(weights, 7, true, 5, "not overwriting yet"));
  cases.push_back(averages(weights, 9, true, 5, "overwriting"));
  cases.push_back(averages(weights, 9, false, 5, "overwriting, not finite"));
  cases.push_back(loss_scale("grows", 1024, 4, true));
  cases.push_back(loss_scale("as it was", 1024, 3, true));
  cases.push_back(loss_scale("not finite", 1024, 3, false));
  cases.push_back(loss_scale("not finite at the least", 1, 0, false));
  cases.push_back(loss_scale("at the largest", 0x1p126, 4, true));
  cases.push_back(loss_scale("does not count", 1024, 4, false, false));
}

}  // namespace dltrain::test
