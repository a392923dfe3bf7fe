// Differentiation of whole graphs: sums over paths, what does not flow, and derivatives of derivatives.
#include "graph/autodiff.h"

#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "graph/ops.h"
#include "graph/verify.h"
#include "tests/support/finite_differences.h"

namespace dltrain::test {

namespace {

using graph::Value;

struct Bench {
  graph::Graph graph;
  graph::StateTable states;
  graph::Builder b{graph, states, true, DType::f64};

  Value input(const char* name, Shape shape = {}) {
    return b.input(name, graph::InputKind::data, {DType::f64, std::move(shape)});
  }
  Value gradient(Value loss, Value of) { return graph::gradients(b, loss, std::span(&of, 1))[0]; }
  double scalar(Value value, const Arrays& inputs) {
    b.set_result("result", value);
    graph::verify(graph, "in a test");
    return element(run_on_reference(graph, inputs).at("result"), 0);
  }
};

Array number(double value) { return reals_array({}, {value}); }

}  // namespace

TEST_CASE("a value that is used twice gets the sum of both gradients") {
  Bench bench;
  const Value x = bench.input("x");
  const Value y = graph::add(bench.b, graph::mul(bench.b, x, x), graph::mul(bench.b, x, 3));
  CHECK(bench.scalar(bench.gradient(y, x), {{"x", number(5)}}) == 13);
}

TEST_CASE("a value that the loss does not depend on gets zeros of its shape") {
  Bench bench;
  const Value x = bench.input("x");
  const Value other = bench.input("other", {2, 3});
  const Value gradient = bench.gradient(graph::square(bench.b, x), other);
  CHECK(bench.b.shape(gradient) == Shape{2, 3});
  CHECK(bench.scalar(graph::reduce_sum(bench.b, graph::abs(bench.b, gradient)),
                     {{"x", number(5)}, {"other", reals_array({2, 3}, {1})}}) == 0);
}

TEST_CASE("nothing flows through stop_gradient, comparisons and integers") {
  Bench bench;
  const Value x = bench.input("x");
  const Value stopped = graph::mul(bench.b, graph::stop_gradient(bench.b, x), x);
  const Value count = graph::cast(bench.b, graph::cast(bench.b, x, DType::i32), DType::f64);
  const Value above =
      graph::cast(bench.b, graph::less(bench.b, graph::full(bench.b, DType::f64, {}, 1), x), DType::f64);
  const Value loss = graph::add(bench.b, stopped, graph::mul(bench.b, graph::add(bench.b, count, above), 7));
  CHECK(bench.scalar(bench.gradient(loss, x), {{"x", number(5)}}) == 5);
}

TEST_CASE("the loss itself has the gradient 1") {
  Bench bench;
  const Value x = bench.input("x");
  CHECK(bench.scalar(bench.gradient(x, x), {{"x", number(5)}}) == 1);
}

TEST_CASE("gradients of intermediate values are to be had") {
  Bench bench;
  const Value x = bench.input("x");
  const Value y = graph::exp(bench.b, x);
  CHECK(bench.scalar(bench.gradient(graph::mul(bench.b, y, y), y), {{"x", number(0)}}) == 2);
}

TEST_CASE("gradients can be differentiated again") {
  Bench bench;
  const Value x = bench.input("x");
  const Value y = graph::tanh(bench.b, x);
  const Value second = bench.gradient(bench.gradient(y, x), x);
  const double t = std::tanh(0.3);
  CHECK(std::fabs(bench.scalar(second, {{"x", number(0.3)}}) - -2 * t * (1 - t * t)) < 1e-14);
}

TEST_CASE("the gradient of a gradient norm agrees with finite differences, through composites and convolutions") {
  Bench bench;
  const Value x = bench.input("x", {2, 4, 4, 1});
  const Value kernel = bench.input("kernel", {2, 2, 1, 2});
  const Value gamma = bench.input("gamma", {2});
  const Value beta = bench.input("beta", {2});
  Value y = graph::conv2d(bench.b, x, kernel, {.strides = {2, 1}, .padding = {1, 0, 0, 0}});
  y = graph::batch_norm(bench.b, y, gamma, beta, 0.1).y;
  y = graph::gelu(bench.b, y);
  const Value logits = graph::reduce_mean(bench.b, y, {1, 2});
  const Value labels = graph::constant(bench.b, DType::i32, {2}, {0, 1});
  const Value loss = graph::reduce_mean(bench.b, graph::sparse_softmax_cross_entropy(bench.b, logits, labels));
  bench.b.set_result("norm", graph::sum_of_squares(bench.b, {bench.gradient(loss, x)}));
  Arrays inputs;
  for (const graph::Input& input : bench.graph.inputs) {
    std::vector<double> values;
    for (int i = 0; i < 40; ++i) values.push_back(std::sin(1.7 * i + static_cast<double>(inputs.size())));
    inputs[input.name] = reals_array(bench.b.shape(input.value), values);
  }
  CHECK(gradient_difference(bench.graph, inputs) == "");
}

TEST_CASE("gradients stand in the scope of the node that they belong to") {
  Bench bench;
  const Value x = bench.input("x");
  Value y;
  {
    const auto scope = bench.b.scope("inner");
    y = graph::exp(bench.b, x);
  }
  const size_t before = bench.graph.nodes.size();
  bench.gradient(y, x);
  bool seen = false;
  for (size_t i = before; i < bench.graph.nodes.size(); ++i) {
    if (bench.graph.nodes[i].op->name == "mul") seen = bench.graph.scope(bench.graph.nodes[i]).path == "inner";
  }
  CHECK(seen);
}

TEST_CASE("only scalars are differentiated") {
  Bench bench;
  const Value x = bench.input("x", {3});
  CHECK_THROWS_AS(bench.gradient(x, x), Bug);
}

}  // namespace dltrain::test
