// Gradients of every loss against central differences in double, with respect to prediction and target.
#include <catch2/catch_test_macros.hpp>

#include "models/losses/loss.h"
#include "tests/models/components.h"
#include "tests/support/finite_differences.h"
#include "tests/support/run_graph.h"

using namespace dltrain;

namespace {

constexpr int64_t rows = 4;
constexpr int64_t columns = 3;

// Numbers in 0.1..0.9, all different, which every loss takes.
Array spread(int64_t factor, double step) {
  std::vector<double> values;
  for (int64_t i = 0; i < rows * columns; ++i)
    values.push_back(0.12 + step * static_cast<double>((factor * i + 2) % 13));
  return test::reals_array({rows, columns}, values);
}

std::string gradient_difference(const Setting& given) {
  const auto loss = models::make_loss(test::component_of("loss", given));
  const bool numbers = loss->traits().target == models::TargetForm::class_numbers;
  const test::Arrays inputs = {{"y", numbers ? test::reals_array({rows}, {0, 2, 1, 2}, DType::i32) : spread(5, 0.053)},
                               {"p", spread(7, 0.061)}};
  graph::Graph graph;
  graph::StateTable states;
  graph::Builder b(graph, states, true, DType::f64);
  const graph::Value y = test::input_like(b, "y", inputs.at("y"));
  b.set_result("values", loss->build(b, y, test::input_like(b, "p", inputs.at("p"))).values);
  return test::gradient_difference(graph, inputs);
}

}  // namespace

TEST_CASE("gradients of losses are those of their values") {
  for (const Schema& schema : models::loss_registry().schemas()) {
    DYNAMIC_SECTION(schema.kind) {
      Table given;
      given.set("type", schema.kind);
      CHECK(gradient_difference(given) == "");
      for (const auto& [option, value] :
           {std::pair<const char*, Setting>{"from_logits", true}, {"label_smoothing", 0.2}, {"ignore_class", 2}}) {
        if (schema.find(option) == nullptr) continue;
        INFO(option);
        Table with = given;
        with.set(option, value);
        CHECK(gradient_difference(with) == "");
      }
    }
  }
}
