// Losses against Keras: values, gradients, masks, weights.
#include <catch2/catch_test_macros.hpp>

#include "graph/autodiff.h"
#include "graph/ops.h"
#include "models/losses/reduction.h"
#include "tests/models/components.h"
#include "tests/support/keras.h"
#include "tests/support/run_graph.h"

using namespace dltrain;
using graph::Value;

namespace {

Value activated(graph::Builder& b, const Setting& activation, Value x) {
  if (activation.is_none()) return x;
  return *activation.text() == "softmax" ? graph::softmax(b, x) : graph::sigmoid(b, x);
}

// The results "value", "grad" and "per_sample" of a case.
test::Arrays compute(const test::KerasFixture& family, const Table& one) {
  const std::string name = *one.at("case").text();
  graph::Graph graph;
  graph::StateTable states;
  graph::Builder b(graph, states, true);
  test::Arrays inputs = {{"y_true", family.arrays.at(name + ".y_true")},
                         {"y_pred", family.arrays.at(name + ".y_pred")}};
  const auto optional_input = [&](const std::string& role) -> std::optional<Value> {
    if (!family.has(name, role)) return std::nullopt;
    inputs[role] = family.arrays.at(name + "." + role);
    return test::input_like(b, role, inputs[role]);
  };
  const Value target = test::input_like(b, "y_true", inputs["y_true"]);
  const Value x = test::input_like(b, "y_pred", inputs["y_pred"]);
  const auto loss = models::make_loss(test::component_of("loss", one.at("loss")));
  const models::LossValues values = loss->build(b, target, activated(b, one.at("activation"), x));
  const auto mask = optional_input("mask");
  const auto weight = optional_input("sample_weight");
  const models::LossSums sums = models::loss_sums(b, values, loss->reduction, mask, weight);
  const Value value = graph::div(b, sums.numerator, graph::maximum(b, sums.denominator, 1e-30));
  b.set_result("value", value);
  b.set_result("per_sample", values.values);
  b.set_result("grad", graph::gradients(b, value, {&x, 1}).front());
  return test::run_in_session(graph, inputs);
}

}  // namespace

TEST_CASE("losses have Keras' values and gradients") {
  const test::KerasFixture family = test::keras_fixture("losses/losses");
  for (const Table& one : family.cases) {
    const std::string name = *one.at("case").text();
    DYNAMIC_SECTION(name) {
      const auto found = compute(family, one);
      CHECK(test::difference(found.at("value"), family.arrays.at(name + ".value"), {2e-6, 1e-7}) == "");
      CHECK(test::difference(found.at("grad"), family.arrays.at(name + ".grad"), {1e-5, 2e-8}) == "");
      if (!family.has(name, "per_sample")) continue;
      CHECK(test::difference(found.at("per_sample"), family.arrays.at(name + ".per_sample"), {2e-6, 1e-6}) == "");
    }
  }
}
