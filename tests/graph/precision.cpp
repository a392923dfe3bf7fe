// The pass that lowers precision: what it leaves wide, and that every op of the registry keeps its meaning through it.
#include "graph/precision.h"

#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "graph/autodiff.h"
#include "graph/ops.h"
#include "graph/passes.h"
#include "graph/print.h"
#include "graph/verify.h"
#include "tests/support/numbers.h"
#include "tests/support/op_case.h"

namespace dltrain::test {

namespace {

using graph::Builder;
using graph::Graph;
using graph::InputKind;
using graph::Value;

// Lines of a printed graph, without places and scopes, that hold a word.
std::vector<std::string> lines_with(const Graph& graph, const std::string& word) {
  std::vector<std::string> found;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const std::string line = graph::print_node(graph, i);
    if (line.find(word) != std::string::npos) found.push_back(line);
  }
  return found;
}

struct Built {
  Graph graph;
  graph::StateTable states;
};

// x [8, 5] through a product with bias and relu, a normalization and a sum over the batch.
Graph small_network() {
  Graph graph;
  graph::StateTable states;
  Builder b(graph, states, true);
  const auto state = [&](const char* name, Shape shape) {
    return b.state({name, {DType::f32, std::move(shape)}, graph::StateRole::weight});
  };
  const Value x = b.input("x", InputKind::data, {DType::f32, {8, 5}});
  const Value y = graph::relu(b, graph::add(b, graph::matmul(b, x, state("kernel", {5, 4})), state("bias", {4})));
  const graph::BatchNormResult norm = graph::batch_norm(b, y, state("gamma", {4}), state("beta", {4}), 1e-3);
  b.set_result("mean", norm.mean);
  b.set_result("sum", graph::reduce_sum(b, norm.y, {0}));
  b.set_result("y", norm.y);
  return graph;
}

DType dtype_of(const Graph& graph, const std::string& op, size_t output = 0) {
  for (const graph::Node& node : graph.nodes) {
    if (node.op->name == op) return node.outputs[output].dtype;
  }
  FAIL("there is no " << op);
  return DType::f64;
}

}  // namespace

TEST_CASE("lowering leaves weights, statistics, sums and results wide") {
  const Graph graph = small_network();
  const Graph low = graph::lower_precision(graph, DType::bf16).graph;
  CHECK(graph::violation(low).empty());
  CHECK(dtype_of(low, "matmul") == DType::bf16);
  CHECK(dtype_of(low, "relu") == DType::bf16);
  CHECK(dtype_of(low, "batch_norm") == DType::bf16);
  for (const size_t statistic : {1, 2, 3}) CHECK(dtype_of(low, "batch_norm", statistic) == DType::f32);
  CHECK(dtype_of(low, "reduce_sum") == DType::f32);
  for (const graph::Input& input : low.inputs) CHECK(low.type(input.value).dtype == DType::f32);
  for (const graph::Output& output : low.outputs) CHECK(low.type(output.value).dtype == DType::f32);
}

TEST_CASE("lowering casts a value once, and makes constants narrow") {
  Graph graph;
  graph::StateTable states;
  Builder b(graph, states, true);
  const Value x = b.input("x", InputKind::data, {DType::f32, {4, 4}});
  const Value w = b.input("w", InputKind::data, {DType::f32, {4, 4}});
  const Value y = graph::matmul(b, x, w);
  b.set_result("z", graph::mul(b, graph::add(b, graph::matmul(b, y, x), graph::matmul(b, x, y)), 0.5));
  const Graph low = graph::remove_dead_code(graph::lower_precision(graph, DType::bf16).graph);
  CHECK(lines_with(low, "cast").size() == 2);  // of x, and of the result
  CHECK(dtype_of(low, "full") == DType::bf16);
}

TEST_CASE("lowering keeps large constants finite") {
  for (const auto& [low, expected] : {std::pair{DType::f16, -65504.0}, std::pair{DType::bf16, -1e9}}) {
    Graph graph;
    graph::StateTable states;
    Builder b(graph, states, true);
    const Value x = b.input("x", InputKind::data, {DType::f32, {4, 4}});
    const Value y = graph::matmul(b, x, x);
    b.set_result("never", graph::maximum(b, y, -1e9));
    b.set_result("infinite", graph::maximum(b, y, -INFINITY));
    const Graph lowered = graph::remove_dead_code(graph::lower_precision(graph, low).graph);
    std::vector<double> constants;
    for (const graph::Node& node : lowered.nodes) {
      if (node.op->name == "full") constants.push_back(node.attributes.real("value"));
    }
    CHECK(constants == std::vector<double>{expected, -INFINITY});
  }
}

TEST_CASE("gradients of weights are made in float32 by the ops that sum them up") {
  Graph graph;
  graph::StateTable states;
  Builder b(graph, states, true);
  const auto state = [&](const char* name, Shape shape) {
    return b.state({name, {DType::f32, std::move(shape)}, graph::StateRole::weight});
  };
  const Value x = b.input("x", InputKind::data, {DType::f32, {8, 6, 6, 3}});
  const Value kernel = state("kernel", {3, 3, 3, 4}), bias = state("bias", {4}), dense = state("dense", {4, 2});
  Value y = graph::add(b, graph::conv2d(b, x, kernel, {}), bias);
  y = graph::matmul(b, graph::reshape(b, y, {-1, 4}), dense);
  b.set_result("y", y);
  graph::Lowered lowered = graph::lower_precision(graph, DType::bf16);
  b.replace_graph(std::move(lowered.graph),
                  [&](Value v) { return lowered.values[static_cast<size_t>(v.node)][static_cast<size_t>(v.output)]; });
  const Value loss = graph::reduce_sum(b, graph.output("y")->value);
  const std::vector<Value> wanted = {b.state(*states.find("kernel")), b.state(*states.find("bias")),
                                     b.state(*states.find("dense"))};
  const std::vector<Value> gradients = graph::gradients(b, loss, wanted);
  for (size_t i = 0; i < 3; ++i) b.set_result("d" + std::to_string(i), gradients[i]);
  const Graph ready = graph::run_passes(graph, graph::general_passes(), {});
  for (const char* name : {"d0", "d1", "d2"}) {
    const Value gradient = ready.output(name)->value;
    CHECK(ready.type(gradient).dtype == DType::f32);
    const std::string& op = ready.node(gradient).op->name;
    INFO(name << " is made by " << op);
    CHECK((op == "conv2d_grad_kernel" || op == "matmul" || op == "reshape"));
  }
  for (const std::string& line : lines_with(ready, "cast")) {
    INFO(line);
    CHECK((line.find("bfloat16") != std::string::npos || line.find("y") != std::string::npos));
  }
}

TEST_CASE("every op of a model means the same in 16 bits, but for rounding") {
  for (const OpCase& op_case : op_cases()) {
    const graph::Op& op = *graph::op_registry().find(op_case.op);
    // What rounds its inputs to other classes, places or truth values means something else there.
    if (op.precision == graph::Precision::full) continue;
    INFO(op_case.title());
    const Graph graph = op_case_graph(op_case, DType::f32);
    const Graph low = graph::lower_precision(graph, DType::bf16).graph;
    CHECK(graph::violation(low).empty());
    REQUIRE(low.outputs.size() == graph.outputs.size());
    for (size_t i = 0; i < low.outputs.size(); ++i) {
      CHECK(low.type(low.outputs[i].value) == graph.type(graph.outputs[i].value));
    }
  }
}

}  // namespace dltrain::test
