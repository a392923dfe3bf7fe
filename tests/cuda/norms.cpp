// What is taken along by normalizations on a GPU: additions before and behind them, and rectifiers. Values of the fused ops
// are tested with every op (ops.cpp).
#include <catch2/catch_test_macros.hpp>

#include "graph/autodiff.h"
#include "graph/ops.h"
#include "tests/cuda/run.h"
#include "tests/cuda/stand_in/control.h"

namespace dltrain::test {

namespace {

// The ops of a plan, in order.
std::string ops_of(const Plan& plan) {
  std::string all;
  for (const graph::Node& node : plan.graph.nodes) {
    if (node.op->name != "input") all += (all.empty() ? "" : " ") + node.op->name;
  }
  return all;
}

// A residual stream of two blocks, x + tanh(norm(x)), and its gradient.
graph::Graph stream(DType dtype) {
  graph::Graph graph;
  graph::StateTable states;
  graph::Builder b(graph, states, true);
  const auto data = [&](const std::string& name, Shape shape, DType type) {
    return b.input(name, graph::InputKind::data, {type, std::move(shape)});
  };
  const graph::Value x = data("x", {6, 40}, dtype);
  std::vector<graph::Value> wanted = {x};
  graph::Value y = x;
  for (const char* block : {"first", "second"}) {
    const graph::Value gamma = data(std::string(block) + " gamma", {40}, DType::f32);
    const graph::Value beta = data(std::string(block) + " beta", {40}, DType::f32);
    y = graph::add(b, y, graph::tanh(b, graph::layer_norm(b, y, gamma, beta, 1e-3)));
    wanted.insert(wanted.end(), {gamma, beta});
  }
  b.set_result("y", y);
  const graph::Value loss = graph::reduce_sum(b, graph::mul(b, y, data("weight", {6, 40}, dtype)));
  const std::vector<graph::Value> gradients = graph::gradients(b, loss, wanted);
  for (size_t i = 0; i < wanted.size(); ++i) b.set_result("d" + std::to_string(i), gradients[i]);
  return graph;
}

}  // namespace

TEST_CASE("cuda: layer normalization takes the addition before it along, and its gradient the one behind it") {
  for (const DType dtype : {DType::f32, DType::bf16, DType::f16}) {
    use_stand_in("");
    const graph::Graph graph = stream(dtype);
    const Arrays inputs = example_inputs(graph);
    const auto session = session_on("cuda");
    const int number = session->add(graph);
    CHECK(ops_of(session->plan(number)) ==
          "layer_norm tanh fused_layer_norm tanh add full square sub mul fused_layer_norm_grad square sub mul "
          "fused_layer_norm_grad");
    backends::Feed feed;
    for (const auto& [name, array] : inputs) feed.data[name] = &array;
    session->run(number, feed);
    for (const auto& [name, expected] : run_on_reference(graph, inputs))
      CHECK(difference(session->result(number, name), expected, tolerance_of(dtype)) == "");
  }
}

TEST_CASE("cuda: batch normalization takes its residual and its rectifier along, forwards and backwards") {
  use_stand_in("");
  const Network network = residual_network(6);
  const auto session = session_on("cuda");
  const std::string ops = ops_of(session->plan(session->add(network.graph)));
  for (const char* op : {"fused_batch_norm", "fused_batch_norm_grad"}) CHECK(ops.find(op) != std::string::npos);
  for (const char* op : {" batch_norm ", " batch_norm_grad ", " relu ", "activation_grad"})
    CHECK(ops.find(op) == std::string::npos);
}

}  // namespace dltrain::test
