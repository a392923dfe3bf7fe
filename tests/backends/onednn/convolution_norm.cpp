// Normalizations that move into the kernel of the convolution below them.
#include <algorithm>
#include <cmath>

#include <catch2/catch_test_macros.hpp>

#include "backends/factory.h"
#include "backends/session.h"
#include "graph/op.h"
#include "graph/ops.h"
#include "tests/backends/networks.h"
#include "tests/support/numbers.h"

namespace dltrain::test {

namespace {

using backends::Session;
using graph::Builder;
using graph::InputKind;
using graph::Value;

struct Kind {
  bool bias = false;
  bool residual = false;
  bool trains = false;  // the graph changes the kernel
  std::string function = "relu";
};

Value apply(Builder& b, const std::string& function, Value x) {
  if (function == "relu6") return graph::relu(b, x, 0, 6);
  if (function == "leaky relu") return graph::relu(b, x, 0.2);
  if (function == "elu") return graph::elu(b, x, 1);
  if (function == "silu") return graph::silu(b, x);
  if (function == "gelu") return graph::gelu(b, x, false);
  if (function == "softplus") return graph::softplus(b, x);
  return graph::relu(b, x);
}

const std::vector<std::string> taken_along = {"relu", "relu6", "leaky relu", "elu", "silu", "gelu"};

// x [2, 5, 5, 8] -> 3x3 convolution, normalization, sum with x, a function.
graph::Graph block(const Kind& kind) {
  graph::Graph graph;
  graph::StateTable states;
  Builder b(graph, states, false);
  const auto state = [&](const char* name, Shape shape) {
    return b.input(name, InputKind::state, {DType::f32, std::move(shape)});
  };
  const Value x = b.input("x", InputKind::data, {DType::f32, {2, 5, 5, 8}});
  const Value kernel = state("kernel", {3, 3, 8, 8});
  Value y = graph::conv2d(b, x, kernel, {.padding = {1, 1, 1, 1}});
  if (kind.bias) y = graph::add(b, y, state("bias", {8}));
  y = graph::batch_norm_inference(b, y, state("gamma", {8}), state("beta", {8}), state("mean", {8}),
                                  state("variance", {8}), 1e-3);
  if (kind.residual) y = graph::add(b, y, x);
  b.set_result("y", apply(b, kind.function, y));
  if (kind.trains) graph.outputs.push_back({"kernel", true, graph::mul(b, kernel, 0.5)});
  return graph;
}

Arrays inputs_of(const graph::Graph& graph, float change) {
  Arrays inputs = example_inputs(graph);
  for (auto& [name, array] : inputs) {
    for (float& element : array.as<float>())
      element = name == "variance" ? std::abs(element) + change : element * change;
  }
  return inputs;
}

Array result_of(Session& session, int number, const graph::Graph& graph, const Arrays& inputs) {
  for (const graph::Input& input : graph.inputs) {
    if (input.kind == InputKind::state) session.set_state(input.name, inputs.at(input.name));
  }
  session.run(number, {.data = {{"x", &inputs.at("x")}}, .reals = {}, .integers = {}});
  return session.result(number, "y");
}

int64_t count(const backends::Plan& plan, const std::string& op) {
  return std::count_if(plan.steps.begin(), plan.steps.end(),
                       [&](const backends::Step& step) { return plan.graph.nodes[step.node].op->name == op; });
}

}  // namespace

TEST_CASE("a normalization moves into the kernel of its convolution, and follows its weights") {
  std::vector<Kind> kinds = {{}, {.bias = true}, {.residual = true}, {.bias = true, .residual = true}};
  for (const std::string& function : taken_along) {
    kinds.push_back({.function = function});
    if (function == "relu6") kinds.push_back({.residual = true, .function = function});
  }
  for (const Kind& kind : kinds) {
    CAPTURE(kind.bias, kind.residual, kind.function);
    const graph::Graph graph = block(kind);
    Session session(backends::open_backend("cpu", {2}));
    const int number = session.add(graph);
    CHECK(count(session.plan(number), "fused_conv2d_norm") == 1);
    CHECK(session.plan(number).steps.size() == 1);
    for (const float change : {1.0F, 1.5F, 8.0F}) {
      const Arrays inputs = inputs_of(graph, change);
      CHECK(difference(result_of(session, number, graph, inputs), run_on_reference(graph, inputs).at("y"),
                       {change * 1e-5, 1e-5}) == "");
    }
  }
}

TEST_CASE("a function that would hide what is not a number stays behind its convolution") {
  Session session(backends::open_backend("cpu", {2}));
  const int number = session.add(block({.function = "softplus"}));
  CHECK(count(session.plan(number), "fused_conv2d_norm") == 1);
  CHECK(count(session.plan(number), "softplus") == 1);
}

TEST_CASE("a normalization stays apart from a convolution that the graph trains") {
  Session session(backends::open_backend("cpu", {2}));
  const int number = session.add(block({.trains = true}));
  CHECK(count(session.plan(number), "fused_conv2d_norm") == 0);
  CHECK(count(session.plan(number), "fused_batch_norm_inference") == 1);
}

TEST_CASE("a number that is none passes through a normalized convolution with a function") {
  for (const std::string& function : taken_along) {
    CAPTURE(function);
    const graph::Graph graph = block({.residual = function == "relu", .function = function});
    Session session(backends::open_backend("cpu", {2}));
    const int number = session.add(graph);
    Arrays inputs = inputs_of(graph, 1);
    inputs.at("x").as<float>()[0] = std::nanf("");
    const Array y = result_of(session, number, graph, inputs);
    CHECK(std::isnan(y.as<float>()[0]));
    CHECK(std::isfinite(y.as<float>()[y.as<float>().size() - 1]));
  }
}

TEST_CASE("a limit behind a product cuts where it says") {
  graph::Graph graph;
  graph::StateTable states;
  Builder b(graph, states, false);
  const Value x = b.input("x", InputKind::data, {DType::f32, {1, 6}});
  const Value one = b.input("one", InputKind::data, {DType::f32, {1, 1}});
  b.set_result("y", graph::relu(b, graph::matmul(b, one, x), 0, 6));
  Session session(backends::open_backend("cpu", {1}));
  const int number = session.add(graph);
  CHECK(count(session.plan(number), "fused_matmul") == 1);
  Array row(DType::f32, {1, 6}), unit(DType::f32, {1, 1});
  unit.as<float>()[0] = 1;
  const std::vector<float> values = {-1, 0, 3.3333333F, 5.9999995F, 6, 1e30F};
  std::ranges::copy(values, row.as<float>().begin());
  session.run(number, {.data = {{"x", &row}, {"one", &unit}}, .reals = {}, .integers = {}});
  const Array result = session.result(number, "y");
  const std::vector<float> expected = {0, 0, 3.3333333F, 5.9999995F, 6, 6};
  CHECK(std::vector<float>(result.as<float>().begin(), result.as<float>().end()) == expected);
}

}  // namespace dltrain::test
