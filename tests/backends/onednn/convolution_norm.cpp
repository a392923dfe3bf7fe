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
};

// x [2, 5, 5, 8] -> 3x3 convolution, normalization, sum with x, relu.
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
  b.set_result("y", graph::relu(b, y));
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
  for (const Kind& kind : {Kind{}, Kind{.bias = true}, Kind{.residual = true}, Kind{.bias = true, .residual = true}}) {
    CAPTURE(kind.bias, kind.residual);
    const graph::Graph graph = block(kind);
    Session session(backends::open_backend("cpu", {2}));
    const int number = session.add(graph);
    CHECK(count(session.plan(number), "fused_conv2d_norm") == 1);
    CHECK(session.plan(number).steps.size() == 1);
    for (const float change : {1.0F, 1.5F}) {
      const Arrays inputs = inputs_of(graph, change);
      CHECK(difference(result_of(session, number, graph, inputs), run_on_reference(graph, inputs).at("y"),
                       {1e-5, 1e-5}) == "");
    }
  }
}

TEST_CASE("a normalization stays apart from a convolution that the graph trains") {
  Session session(backends::open_backend("cpu", {2}));
  const int number = session.add(block({.trains = true}));
  CHECK(count(session.plan(number), "fused_conv2d_norm") == 0);
  CHECK(count(session.plan(number), "fused_batch_norm_inference") == 1);
}

TEST_CASE("a number that is none passes through a normalized convolution with a rectifier") {
  const graph::Graph graph = block({.residual = true});
  Session session(backends::open_backend("cpu", {2}));
  const int number = session.add(graph);
  Arrays inputs = inputs_of(graph, 1);
  inputs.at("x").as<float>()[0] = std::nanf("");
  const Array y = result_of(session, number, graph, inputs);
  CHECK(std::isnan(y.as<float>()[0]));
  CHECK(std::isfinite(y.as<float>()[y.as<float>().size() - 1]));
}

}  // namespace dltrain::test
