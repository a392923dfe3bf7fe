// What lowers the memory of a plan changes no bit of its results: the order that gives memory free, and recomputation.
#include <catch2/catch_test_macros.hpp>

#include "backends/factory.h"
#include "backends/session.h"
#include "tests/backends/networks.h"

namespace dltrain::test {

namespace {

struct Ran {
  std::map<std::string, Array> states;  // after three runs
  double loss = 0;
  int64_t arena = 0;
  int64_t again = 0;  // kernels
};

Ran ran(const Network& network, const std::string& device, const backends::PlanOptions& options) {
  backends::Session session(backends::open_backend(device, {2}));
  session.create_states(network.states);
  const int number = session.add(network.graph, options);
  const std::map<std::string, Array> inputs = example_inputs(network.graph);
  backends::Feed feed;
  for (const graph::Input& input : network.graph.inputs) {
    const Array& value = inputs.at(input.name);
    if (input.kind == graph::InputKind::state) session.set_state(input.name, value);
    else if (input.kind == graph::InputKind::data) feed.data[input.name] = &value;
    else if (is_float(value.dtype)) feed.reals[input.name] = element(value, 0);
    else feed.integers[input.name] = value.as<int64_t>()[0];
  }
  for (int i = 0; i < 3; ++i) session.run(number, feed);
  Ran result;
  result.loss = session.scalar_result(number, "loss");
  for (const graph::StateInfo& info : network.states.list()) result.states.emplace(info.name, session.state(info.name));
  const backends::Plan& plan = session.plan(number);
  CHECK(graph::overlap(plan.graph, plan.needs, plan.memory) == "");
  result.arena = plan.memory.arena_bytes;
  result.again = plan.repeated.kernels;
  return result;
}

void check_same(const Ran& one, const Ran& other) {
  CHECK(one.loss == other.loss);
  for (const auto& [name, value] : one.states) {
    INFO(name);
    CHECK(value == other.states.at(name));
  }
}

}  // namespace

TEST_CASE("plans that take less memory compute the same") {
  const std::vector<std::pair<std::string, Network>> networks = {
      {"dense", dense_network(64)}, {"convolution", convolution_network(16)}, {"residual", residual_network(16)}};
  for (const char* device : {"reference", "cpu"}) {
    for (const auto& [name, network] : networks) {
      INFO(name << " on " << device);
      const Ran plain = ran(network, device, {.disabled_passes = {"release-early"}});
      const Ran early = ran(network, device, {});
      const Ran automatic = ran(network, device, {.recompute = {.automatic = true, .parts = {}}});
      CHECK(early.arena <= plain.arena);
      CHECK(automatic.arena <= early.arena);
      check_same(plain, early);
      check_same(plain, automatic);
    }
  }
}

TEST_CASE("parts that are named are computed again, and only these") {
  const Network network = dense_network(64);
  graph::RecomputeWish wish;
  std::string name;
  for (const graph::Scope& scope : network.graph.scopes) {
    if (scope.path.empty() || scope.path.find('/') != std::string::npos) continue;
    if (name.empty()) name = scope.path;
  }
  wish.parts = {{name, {name}, {}, false}, {"nowhere", {"nowhere"}, {}, false}};
  const auto backend = backends::open_backend("reference", {1});
  const auto plan = backends::compile_plan(network.graph, *backend, {.recompute = wish});
  CHECK(plan->repeated.kernels > 0);
  CHECK(plan->repeated.without_effect == std::vector<std::string>{"nowhere"});
  for (size_t i = 0; i < plan->graph.nodes.size(); ++i) {
    if (plan->again[i]) CHECK(plan->graph.scope(plan->graph.nodes[i]).path == name);
  }
  check_same(ran(network, "cpu", {}), ran(network, "cpu", {.recompute = wish}));
}

}  // namespace dltrain::test
