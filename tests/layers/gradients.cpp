// The derivative of a random loss through every layer, in a random direction over its inputs and weights, against
// finite differences in double.
#include <cmath>

#include <catch2/catch_test_macros.hpp>

#include "tests/layers/harness.h"
#include "tests/layers/samples.h"

namespace dltrain::test {
namespace {

double product(const Numbers& a, const Numbers& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// Values for every input of the graph. Those that count as variances are positive.
std::map<std::string, Numbers> values_for(const graph::Graph& graph) {
  std::map<std::string, Numbers> values;
  for (const graph::Input& input : graph.inputs) {
    if (input.kind == graph::InputKind::scalar) continue;
    const graph::ValueType& type = graph.type(input.value);
    Numbers numbers = some_numbers(input.name, type.elements());
    // Inputs of different names do not meet in one value, where maxima have no derivative.
    for (double& number : numbers) number *= 1 + 0.01 * static_cast<double>(input.name.back() % 7);
    if (input.name.ends_with("variance")) {
      for (double& number : numbers) number = std::fabs(number) + 0.5;
    }
    if (is_integer(type.dtype)) {
      for (double& number : numbers) number = std::floor(3 * (number + 1.1));
    }
    values[input.name] = numbers;
  }
  return values;
}

void check_gradient(const LayerSample& sample, bool training) {
  std::vector<Fed> inputs;
  for (const Shape& shape : sample.inputs) inputs.push_back({{sample.dtype, shape}});
  const Built built = build_with_gradients(from_json("layer", sample.layer), inputs, {.training = training});
  const std::map<std::string, Numbers> values = values_for(built.graph);
  const auto results = evaluate(built.graph, values);

  double expected = 0;
  std::map<std::string, Numbers> directions;
  for (const auto& [name, tensor] : results) {
    const bool of_input = name.starts_with("gx");
    if (!of_input && !name.starts_with("g:")) continue;
    const std::string variable = of_input ? name.substr(1) : "layer/" + name.substr(2);
    directions[variable] = some_numbers(variable + " direction", static_cast<int64_t>(tensor.values.size()));
    expected += product(tensor.values, directions[variable]);
  }
  if (directions.empty()) return;

  const auto loss_at = [&](double step) {
    std::map<std::string, Numbers> moved = values;
    for (const auto& [name, direction] : directions) {
      for (size_t i = 0; i < direction.size(); ++i) moved[name][i] += step * direction[i];
    }
    return product(evaluate(built.graph, moved).at("y0").values, values.at("c0"));
  };
  constexpr double step = 1e-5;
  const double measured = (loss_at(step) - loss_at(-step)) / (2 * step);
  INFO("differentiated " << expected << ", measured " << measured);
  CHECK(std::fabs(expected - measured) <= 1e-6 * (1 + std::fabs(measured)));
}

}  // namespace

TEST_CASE("gradients through layers are those of finite differences") {
  for (const LayerSample& sample : layer_samples()) {
    for (const bool training : {true, false}) {
      INFO(sample.layer << (training ? " in training" : " in inference"));
      check_gradient(sample, training);
    }
  }
}

}  // namespace dltrain::test
