// Passes keep the meaning of any graph, and simplify what they promise to.
#include "graph/passes.h"

#include <catch2/catch_test_macros.hpp>

#include "graph/op.h"
#include "graph/ops.h"
#include "graph/rewrite.h"
#include "tests/support/numbers.h"
#include "tests/support/random_graph.h"

namespace dltrain::test {

namespace {

using graph::Value;

struct Bench {
  graph::Graph graph;
  graph::StateTable states;
  graph::Builder b{graph, states, true, DType::f64};
  Value x = b.input("x", graph::InputKind::data, {DType::f64, {2, 3}});

  // Nodes that are left of the graph, without inputs, after all general passes.
  size_t left(Value result) {
    b.set_result("y", result);
    size_t count = 0;
    for (const graph::Node& node : graph::run_passes(graph, graph::general_passes(), {}).nodes)
      count += node.op->name != "input" ? 1 : 0;
    return count;
  }
};

Arrays sample_inputs(const graph::Graph& graph) {
  Arrays inputs;
  for (const graph::Input& input : graph.inputs) {
    inputs[input.name] = reals_array(graph.type(input.value).shape, {0.5, -1, 2, 0.25, -3, 1, 0});
  }
  return inputs;
}

}  // namespace

TEST_CASE("every general pass keeps the results of random graphs") {
  for (const graph::Pass& pass : graph::general_passes()) {
    for (uint64_t seed = 0; seed < 200; ++seed) {
      const graph::Graph graph = random_graph(seed, 25);
      const Arrays inputs = sample_inputs(graph);
      const graph::Graph changed = graph::run_passes(graph, {pass}, {});
      INFO(pass.name << ", seed " << seed);
      CHECK(changed.nodes.size() <= graph.nodes.size());
      CHECK(changed.inputs.size() == graph.inputs.size());
      const Arrays expected = run_on_reference(graph, inputs);
      for (const auto& [name, array] : run_on_reference(changed, inputs))
        CHECK(difference(array, expected.at(name), {1e-14, 1e-14}) == "");
    }
  }
}

TEST_CASE("a pass that is switched off does not run") {
  Bench bench;
  graph::neg(bench.b, bench.x);
  bench.b.set_result("y", bench.x);
  std::vector<graph::PassReport> reports;
  CHECK(graph::run_passes(bench.graph, graph::general_passes(), {"dead-code"}, &reports).nodes.size() == 2);
  CHECK(reports.size() == graph::general_passes().size() - 1);
  CHECK(graph::run_passes(bench.graph, graph::general_passes(), {}).nodes.size() == 1);
}

TEST_CASE("arithmetic without effect goes") {
  CHECK(Bench().left(Value{0, 0}) == 0);
  Bench bench;
  graph::Builder& b = bench.b;
  Value y = graph::add(b, bench.x, 0.0);
  y = graph::sub(b, y, 0.0);
  y = graph::mul(b, y, 1.0);
  y = graph::div(b, y, 1.0);
  y = graph::stop_gradient(b, y);
  y = graph::add(b, graph::full(b, DType::f64, {}, 0), y);
  CHECK(bench.left(y) == 0);
}

TEST_CASE("arithmetic on constants is done before the run") {
  Bench t;
  const Value six = graph::mul(t.b, graph::full(t.b, DType::f64, {}, 2), graph::full(t.b, DType::f64, {}, 3));
  const Value sixth = graph::reciprocal(t.b, graph::maximum(t.b, six, 1));
  CHECK(t.left(graph::mul(t.b, t.x, sixth)) == 2);  // one constant, one product
}

TEST_CASE("arithmetic that broadcasts or changes values stays") {
  Bench bench;
  CHECK(bench.left(graph::add(bench.b, bench.x, graph::full(bench.b, DType::f64, {4, 2, 3}, 0))) == 2);
  Bench other;
  CHECK(other.left(graph::sub(other.b, graph::full(other.b, DType::f64, {}, 0), other.x)) == 2);
}

TEST_CASE("broadcasts before ops that broadcast by themselves go") {
  Bench bench;
  graph::Builder& b = bench.b;
  const Value row = b.input("row", graph::InputKind::data, {DType::f64, {3}});
  CHECK(bench.left(graph::mul(b, graph::broadcast_to(b, row, {2, 3}), bench.x)) == 1);
  Bench both;
  const Value column = both.b.input("column", graph::InputKind::data, {DType::f64, {2, 1}});
  const Value wide = graph::broadcast_to(both.b, column, {2, 3});
  CHECK(both.left(graph::add(
            both.b, wide,
            graph::broadcast_to(both.b, both.b.input("row", graph::InputKind::data, {DType::f64, {3}}), {2, 3}))) == 1);
  Bench needed;
  const Value spread = graph::broadcast_to(needed.b, needed.x, {4, 2, 3});
  CHECK(needed.left(graph::add(needed.b, spread, needed.x)) == 2);
  Bench composite;
  const Value y =
      graph::broadcast_to(composite.b, composite.b.input("row", graph::InputKind::data, {DType::f64, {3}}), {2, 3});
  CHECK(composite.left(
            composite.b.emit("activation_grad", {y, composite.x}, {{"function", std::string("softplus")}})) == 2);
}

TEST_CASE("transposes and reshapes that undo each other go") {
  Bench bench;
  CHECK(bench.left(graph::transpose(bench.b, graph::transpose(bench.b, bench.x, {1, 0}), {1, 0})) == 0);
  Bench views;
  CHECK(views.left(graph::reshape(views.b, graph::reshape(views.b, views.x, {6}), {2, 3})) == 0);
  Bench joined;
  CHECK(joined.left(graph::reshape(joined.b, graph::reshape(joined.b, joined.x, {6}), {3, 2})) == 1);
  Bench turned;
  const Value cube = graph::reshape(turned.b, turned.x, {1, 2, 3});
  CHECK(turned.left(graph::transpose(turned.b, graph::transpose(turned.b, cube, {1, 2, 0}), {1, 2, 0})) == 2);
}

TEST_CASE("equal things are computed once") {
  Bench bench;
  graph::Builder& b = bench.b;
  const Value first = graph::add(b, graph::exp(b, bench.x), graph::neg(b, bench.x));
  const Value second = graph::add(b, graph::neg(b, bench.x), graph::exp(b, bench.x));
  CHECK(bench.left(graph::mul(b, first, second)) == 4);  // exp, neg, add, mul
  Bench different;
  graph::Builder& d = different.b;
  CHECK(different.left(graph::mul(d, graph::elu(d, different.x, 1), graph::elu(d, different.x, 0.5))) == 3);
}

TEST_CASE("constants that differ late are told apart") {
  Bench bench;
  graph::Builder& b = bench.b;
  std::vector<double> values(200, 1);
  const Value first = graph::constant(b, DType::f64, {200}, values);
  values.back() = 2;
  const Value second = graph::constant(b, DType::f64, {200}, values);
  CHECK(bench.left(graph::sub(b, first, second)) == 3);
}

TEST_CASE("unread inputs stay, unread nodes do not") {
  Bench bench;
  bench.b.input("unread", graph::InputKind::data, {DType::f64, {5}});
  graph::exp(bench.b, bench.x);
  bench.b.set_result("y", graph::neg(bench.b, bench.x));
  const graph::Graph left = graph::remove_dead_code(bench.graph);
  CHECK(left.nodes.size() == 3);
  CHECK(left.inputs.size() == 2);
  CHECK(left.input("unread") != nullptr);
}

}  // namespace dltrain::test
