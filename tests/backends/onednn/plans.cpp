// What the processor backend makes of training steps: fusions, memory, and that they change nothing.
#include <algorithm>

#include <catch2/catch_test_macros.hpp>

#include "backends/factory.h"
#include "backends/session.h"
#include "graph/op.h"
#include "graph/ops.h"
#include "tests/backends/networks.h"
#include "tests/support/numbers.h"

namespace dltrain::test {

namespace {

using backends::Plan;
using backends::Session;

std::unique_ptr<Session> cpu_session(int threads = 2) {
  return std::make_unique<Session>(backends::open_backend("cpu", {threads}));
}

// Puts the states of a graph into a session, and runs the plan once with everything else.
void run_once(Session& session, int number, const graph::Graph& graph) {
  const std::map<std::string, Array> inputs = example_inputs(graph);
  backends::Feed feed;
  for (const graph::Input& input : graph.inputs) {
    const Array& array = inputs.at(input.name);
    if (input.kind == graph::InputKind::state) session.set_state(input.name, array);
    else if (input.kind == graph::InputKind::data) feed.data[input.name] = &array;
    else if (is_integer(array.dtype)) feed.integers[input.name] = static_cast<int64_t>(element(array, 0));
    else feed.reals[input.name] = element(array, 0);
  }
  session.run(number, feed);
}

int64_t count(const Plan& plan, const std::string& op) {
  return std::count_if(plan.steps.begin(), plan.steps.end(),
                       [&](const backends::Step& step) { return plan.graph.nodes[step.node].op->name == op; });
}

// The shapes of the first outputs of all nodes of an op.
std::vector<Shape> shapes(const Plan& plan, const std::string& op) {
  std::vector<Shape> found;
  for (const backends::Step& step : plan.steps) {
    const graph::Node& node = plan.graph.nodes[step.node];
    if (node.op->name == op) found.push_back(node.outputs[0].shape);
  }
  return found;
}

}  // namespace

TEST_CASE("plans of the processor backend keep values apart and share memory") {
  for (const Network& network : {dense_network(33), convolution_network(5), residual_network(6), joining_network(5)}) {
    const auto session = cpu_session();
    const Plan& plan = session->plan(session->add(network.graph));
    CHECK(graph::overlap(plan.graph, plan.needs, plan.memory) == "");
    CHECK(plan.memory.arena_bytes < plan.memory.sum_bytes);
    CHECK(plan.memory.copies.empty());  // weights and slots are updated in place
    for (const backends::Step& step : plan.steps) {
      const backends::KernelInfo& info = step.kernel->info();
      INFO(plan.graph.nodes[step.node].op->name << ": " << info.implementation);
      CHECK_FALSE(info.implementation.empty());
      CHECK_FALSE(info.implementation.starts_with("ref"));  // the library's loops for nobody in a hurry
      CHECK(info.bytes > 0);
    }
  }
}

TEST_CASE("products take bias and relu along") {
  const auto session = cpu_session();
  const Plan& plan = session->plan(session->add(dense_network(33).graph));
  CHECK(count(plan, "fused_matmul") == 3);
  CHECK(count(plan, "matmul") == 5);  // three gradients of weights, two of inputs
  CHECK(count(plan, "add") == 0);
  CHECK(count(plan, "relu") == 0);
  CHECK(count(plan, "activation_grad") == 2);
  CHECK(count(plan, "dropout") == 2);
  CHECK(count(plan, "adam_step") == 1);
}

TEST_CASE("relu's gradient and the sum for the bias stay on the pooled image") {
  const auto session = cpu_session();
  const Plan& plan = session->plan(session->add(convolution_network(5).graph));
  CHECK(count(plan, "fused_conv2d") == 2);
  CHECK(count(plan, "relu") == 0);
  const std::vector<Shape> pooled = {{5, 1, 1, 16}, {5, 5, 5, 8}};
  CHECK(shapes(plan, "activation_grad") == pooled);
  const std::vector<Shape> whole = {{5, 3, 3, 16}, {5, 10, 10, 8}};
  CHECK(shapes(plan, "max_pool2d_grad") == whole);
  for (const backends::Step& step : plan.steps) {
    const graph::Node& node = plan.graph.nodes[step.node];
    if (node.op->name == "reduce_sum") CHECK(plan.graph.node(node.inputs[0]).op->name != "max_pool2d_grad");
  }
}

TEST_CASE("normalizations take relu and the residual along, forward and backward") {
  const auto session = cpu_session();
  const Plan& plan = session->plan(session->add(residual_network(6).graph));
  CHECK(count(plan, "fused_batch_norm") == 3);
  CHECK(count(plan, "fused_batch_norm_grad") == 3);
  // What relu gave is read where a residual is in it, else computed again.
  int64_t recomputing = 0;
  for (const backends::Step& step : plan.steps) {
    const graph::Node& node = plan.graph.nodes[step.node];
    if (node.op->name == "fused_batch_norm_grad")
      recomputing += node.attributes.get_or<bool>("recompute", false) ? 1 : 0;
  }
  CHECK(recomputing == 2);
  CHECK(count(plan, "batch_norm") == 0);
  CHECK(count(plan, "batch_norm_grad") == 0);
  CHECK(count(plan, "relu") == 0);
  CHECK(count(plan, "activation_grad") == 0);
}

TEST_CASE("convolutions of joined images read the parts, and nothing is joined or divided") {
  const auto session = cpu_session();
  const Plan& plan = session->plan(session->add(joining_network(5).graph));
  CHECK(count(plan, "joined_conv2d") == 1);
  CHECK(count(plan, "joined_conv2d_grad_kernel") == 1);
  CHECK(count(plan, "joined_conv2d_grad_input") == 2);
  CHECK(count(plan, "fused_conv2d_grad_input") == 1);
  CHECK(count(plan, "concat") == 0);
  CHECK(count(plan, "slice") == 0);
}

TEST_CASE("a value that others read keeps a group apart") {
  graph::Graph graph;
  graph::StateTable states;
  graph::Builder b(graph, states, false);
  const graph::Value x = b.input("x", graph::InputKind::data, {DType::f32, {4, 5}});
  const graph::Value product = graph::matmul(b, x, b.input("w", graph::InputKind::data, {DType::f32, {5, 6}}));
  const graph::Value sum = graph::add(b, product, b.input("bias", graph::InputKind::data, {DType::f32, {6}}));
  b.set_result("sum", sum);
  b.set_result("y", graph::relu(b, sum));
  const auto session = cpu_session();
  const Plan& plan = session->plan(session->add(graph));
  CHECK(count(plan, "fused_matmul") == 1);
  CHECK(count(plan, "relu") == 1);
}

TEST_CASE("a joined image that others read is joined") {
  graph::Graph graph;
  graph::StateTable states;
  graph::Builder b(graph, states, false);
  const auto input = [&](const char* name, Shape shape) {
    return b.input(name, graph::InputKind::data, {DType::f32, std::move(shape)});
  };
  const graph::Value both = graph::concat(b, {input("x", {2, 6, 6, 16}), input("x2", {2, 6, 6, 16})}, 3);
  b.set_result("both", both);
  b.set_result("y", graph::conv2d(b, both, input("kernel", {3, 3, 32, 16}), {}));
  const auto session = cpu_session();
  const Plan& plan = session->plan(session->add(graph));
  CHECK(count(plan, "joined_conv2d") == 0);
  CHECK(count(plan, "concat") == 1);
}

TEST_CASE("relu moves in front of a reshape to be taken along") {
  graph::Graph graph;
  graph::StateTable states;
  graph::Builder b(graph, states, false);
  const graph::Value x = b.input("x", graph::InputKind::data, {DType::f32, {4, 5}});
  const graph::Value product = graph::matmul(b, x, b.input("w", graph::InputKind::data, {DType::f32, {5, 6}}));
  const graph::Value sum = graph::add(b, product, b.input("bias", graph::InputKind::data, {DType::f32, {6}}));
  b.set_result("y", graph::relu(b, graph::reshape(b, sum, {2, 2, 6})));
  const auto session = cpu_session();
  const int number = session->add(graph);
  CHECK(session->plan(number).steps.size() == 1);
  CHECK(count(session->plan(number), "fused_matmul") == 1);
  run_once(*session, number, graph);
  CHECK(difference(session->result(number, "y"), run_on_reference(graph, example_inputs(graph)).at("y"),
                   {1e-5, 1e-6}) == "");
}

TEST_CASE("in inference a normalization takes relu along too") {
  graph::Graph graph;
  graph::StateTable states;
  graph::Builder b(graph, states, false);
  const auto input = [&](const char* name, Shape shape) {
    return b.input(name, graph::InputKind::data, {DType::f32, std::move(shape)});
  };
  const graph::Value x = input("x", {2, 3, 3, 4});
  const graph::Value norm =
      graph::batch_norm_inference(b, x, input("gamma", {4}), input("beta", {4}), input("mean", {4}),
                                  graph::square(b, input("deviation", {4})), 1e-3);
  b.set_result("y", graph::relu(b, graph::add(b, norm, x)));
  const auto session = cpu_session();
  const int number = session->add(graph);
  CHECK(count(session->plan(number), "fused_batch_norm_inference") == 1);
  CHECK(session->plan(number).steps.size() == 2);
  run_once(*session, number, graph);
  CHECK(difference(session->result(number, "y"), run_on_reference(graph, example_inputs(graph)).at("y"),
                   {1e-5, 1e-6}) == "");
}

TEST_CASE("fused and single kernels leave the same states") {
  for (const Network& network : {dense_network(33), convolution_network(5), residual_network(6), joining_network(5)}) {
    const auto fused = cpu_session();
    const auto single = cpu_session();
    run_once(*fused, fused->add(network.graph), network.graph);
    run_once(*single, single->add(network.graph, {.fuse = false}), network.graph);
    for (const graph::StateInfo& info : network.states.list()) {
      INFO(info.name);
      CHECK(difference(fused->state(info.name), single->state(info.name), {1e-4, 2e-5}) == "");
    }
  }
}

TEST_CASE("the processor backend repeats itself bit by bit") {
  for (const Network& network :
       {dense_network(257), convolution_network(64), residual_network(64), joining_network(64)}) {
    for (const int threads : {1, 2}) {
      std::map<std::string, Array> first;
      for (int repeat = 0; repeat < 3; ++repeat) {
        const auto session = cpu_session(threads);
        const int number = session->add(network.graph);
        run_once(*session, number, network.graph);
        for (const graph::StateInfo& info : network.states.list()) {
          INFO(info.name << ", " << threads << " threads");
          if (repeat == 0) first[info.name] = session->state(info.name);
          else CHECK(session->state(info.name) == first.at(info.name));
        }
      }
    }
  }
}

}  // namespace dltrain::test
