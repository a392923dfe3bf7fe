// Implementations that are chosen instead of the backend's own choice: all of them compute the same, plans take what they
// are told, and timing finds the fastest.
#include <algorithm>
#include <set>

#include <catch2/catch_test_macros.hpp>

#include "backends/factory.h"
#include "backends/session.h"
#include "backends/tuning.h"
#include "core/diagnostic.h"
#include "graph/op.h"
#include "graph/print.h"
#include "tests/backends/networks.h"
#include "tests/support/backend_check.h"

namespace dltrain::test {

namespace {

using backends::Backend;
using backends::Kernel;
using graph::Graph;
using graph::Node;
using Used = std::vector<bool>;

// The processor's backend, with implementation number `number` of every node that has so many.
class Other final : public Backend {
 public:
  Other(size_t number, int threads) : own_(backends::open_backend("cpu", {threads})), number_(number) {}

  const backends::DeviceInfo& device() const override { return own_->device(); }
  backends::Support supports(const Graph& graph, const Node& node) const override {
    return own_->supports(graph, node);
  }
  std::unique_ptr<Kernel> compile(const Graph& graph, const Node& node, const Used& used) override {
    const std::vector<std::string> names = own_->implementations(graph, node, used);
    if (number_ >= names.size()) return own_->compile(graph, node, used);
    ++taken_;
    return own_->compile_as(graph, node, used, names[number_]);
  }
  Graph fuse(const Graph& graph) const override { return own_->fuse(graph); }
  void* allocate(int64_t bytes) override { return own_->allocate(bytes); }
  void release(void* memory) override { own_->release(memory); }
  void to_device(void* device, const void* host, int64_t bytes) override { own_->to_device(device, host, bytes); }
  void to_host(void* host, const void* device, int64_t bytes) override { own_->to_host(host, device, bytes); }
  void copy(void* to, const void* from, int64_t bytes) override { own_->copy(to, from, bytes); }
  void zero(void* device, int64_t bytes) override { own_->zero(device, bytes); }
  void wait() override { own_->wait(); }
  bool shares_host_memory() const override { return own_->shares_host_memory(); }

  static int taken() { return taken_; }
  static void forget() { taken_ = 0; }

 private:
  std::unique_ptr<Backend> own_;
  size_t number_;
  inline static int taken_ = 0;
};

// Every implementation of every op case, of convolutions and products, against the reference.
void check_all(DType real) {
  const auto wanted = [](const OpCase& op_case) {
    return op_case.op.find("conv2d") != std::string::npos || op_case.op.find("matmul") != std::string::npos;
  };
  for (size_t number = 0;; ++number) {
    Other::forget();
    for (const OpCheck& check : check_backend(std::make_unique<Other>(number, 2), real, tolerance_of(real), wanted)) {
      INFO("implementation " << number << " of " << check.title << ": " << check.implementation);
      CHECK(check.wrong == "");
    }
    if (Other::taken() == 0) break;
    REQUIRE(number < 30);
  }
}

Array weights_after(const Network& network, std::unique_ptr<Backend> backend, const backends::KernelChoices* choices) {
  backends::Session session(std::move(backend));
  session.create_states(network.states);
  backends::PlanOptions options;
  options.choices = choices;
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
  std::vector<double> all;
  for (const graph::StateInfo& info : network.states.list()) {
    const Array value = session.state(info.name);
    for (int64_t i = 0; i < value.elements(); ++i) all.push_back(element(value, i));
  }
  Array weights(DType::f64, {static_cast<int64_t>(all.size())});
  for (size_t i = 0; i < all.size(); ++i) weights.as<double>()[i] = all[i];
  return weights;
}

std::vector<std::unique_ptr<backends::Plan>> plans_of(const Network& network, Backend& backend) {
  std::vector<std::unique_ptr<backends::Plan>> plans;
  plans.push_back(backends::compile_plan(network.graph, backend));
  return plans;
}

// The last implementation of each kind of kernel.
backends::KernelChoices last_of_all(const backends::Plan& plan, const Backend& backend) {
  backends::KernelChoices choices{backend.device().description, {}};
  const auto used = backends::used_outputs(plan.graph);
  for (const backends::Step& step : plan.steps) {
    const Node& node = plan.graph.nodes[step.node];
    const auto names = backend.implementations(plan.graph, node, used[step.node]);
    if (names.size() < 2) continue;
    choices.kernels[backends::kernel_key(plan.graph, node, used[step.node])] = {names.back(), 0, names.front(), 0};
  }
  return choices;
}

}  // namespace

TEST_CASE("every implementation agrees with the reference in float32") { check_all(DType::f32); }

TEST_CASE("every implementation agrees with the reference in bfloat16") {
  if (!backends::open_backend("cpu", {})->device().precisions.back().missing.empty()) SKIP("no units for bfloat16");
  check_all(DType::bf16);
}

TEST_CASE("implementations are called by different names, and the first is what is taken without one") {
  for (const Network& network : {dense_network(33), convolution_network(5), residual_network(6), joining_network(5)}) {
    const auto backend = backends::open_backend("cpu", {2});
    const auto plan = backends::compile_plan(network.graph, *backend);
    const auto used = backends::used_outputs(plan->graph);
    int64_t with_choice = 0;
    for (const backends::Step& step : plan->steps) {
      const Node& node = plan->graph.nodes[step.node];
      const auto names = backend->implementations(plan->graph, node, used[step.node]);
      if (names.empty()) continue;
      INFO(graph::print_node(plan->graph, step.node));
      CHECK(std::set<std::string>(names.begin(), names.end()).size() == names.size());
      const auto first = backend->compile_as(plan->graph, node, used[step.node], names.front());
      REQUIRE(first != nullptr);
      CHECK(first->info().implementation == step.kernel->info().implementation);
      CHECK(first->info().packed_bytes == step.kernel->info().packed_bytes);
      CHECK(backend->compile_as(plan->graph, node, used[step.node], "no such") == nullptr);
      with_choice += names.size() > 1 ? 1 : 0;
    }
    CHECK(with_choice > 0);
  }
}

TEST_CASE("a training step by other implementations is the same but for rounding, and always the same") {
  bool differ = false;
  for (const Network& network : {dense_network(33), convolution_network(5), residual_network(6), joining_network(5)}) {
    const auto backend = backends::open_backend("cpu", {2});
    const auto plan = backends::compile_plan(network.graph, *backend);
    const backends::KernelChoices choices = last_of_all(*plan, *backend);
    REQUIRE_FALSE(choices.kernels.empty());
    const Array by_rule = weights_after(network, backends::open_backend("cpu", {2}), nullptr);
    const Array chosen = weights_after(network, backends::open_backend("cpu", {2}), &choices);
    CHECK(chosen == weights_after(network, backends::open_backend("cpu", {2}), &choices));
    differ = differ || chosen != by_rule;
    CHECK(difference(chosen, by_rule, {1e-3, 1e-3}) == "");
    CHECK(difference(chosen, weights_after(network, backends::open_backend("reference", {}), nullptr), {1e-3, 1e-3}) ==
          "");
  }
  CHECK(differ);
}

TEST_CASE("a plan refuses a choice that is not there") {
  const Network network = convolution_network(5);
  const auto backend = backends::open_backend("cpu", {2});
  backends::KernelChoices choices = last_of_all(*backends::compile_plan(network.graph, *backend), *backend);
  for (auto& [key, choice] : choices.kernels) choice.implementation = "of another library";
  backends::PlanOptions options;
  options.choices = &choices;
  CHECK_THROWS_AS(backends::compile_plan(network.graph, *backend, options), UserError);
}

TEST_CASE("timing chooses for every kind once") {
  const Network network = residual_network(16);
  const auto backend = backends::open_backend("cpu", {2});
  const auto plans = plans_of(network, *backend);
  backends::KernelChoices choices;
  const backends::TuningReport first = backends::tune(plans, *backend, choices);
  CHECK(choices.processor == backend->device().description);
  CHECK(first.kinds == static_cast<int64_t>(choices.kernels.size()));
  CHECK(first.kinds >= 6);
  CHECK(first.known == 0);
  CHECK(first.timed > first.kinds);
  for (const auto& [key, choice] : choices.kernels) {
    INFO(key);
    CHECK(choice.seconds > 0);
    CHECK(choice.seconds <= choice.rule_seconds);
    CHECK((choice.implementation == choice.rule) == (choice.seconds == choice.rule_seconds));
  }
  const backends::KernelChoices before = choices;
  const backends::TuningReport again = backends::tune(plans, *backend, choices);
  CHECK(again.known == first.kinds);
  CHECK(again.timed == 0);
  CHECK(choices == before);

  choices.kernels.begin()->second.implementation = "of another library";
  const backends::TuningReport lost = backends::tune(plans, *backend, choices);
  CHECK(lost.lost == 1);
  CHECK(lost.known == first.kinds - 1);
  CHECK(choices.kernels.begin()->second.implementation != "of another library");
}

TEST_CASE("timing ends in time, and what it did not reach goes by rule") {
  const Network network = convolution_network(16);
  const auto backend = backends::open_backend("cpu", {2});
  backends::KernelChoices choices;
  const backends::TuningReport report = backends::tune(plans_of(network, *backend), *backend, choices, {.seconds = 0});
  CHECK(report.skipped == report.kinds);
  CHECK(report.others == 0);
  CHECK(report.timed == 0);
  for (const auto& [key, choice] : choices.kernels) CHECK(choice.implementation == choice.rule);
  const Array by_rule = weights_after(network, backends::open_backend("cpu", {2}), nullptr);
  CHECK(weights_after(network, backends::open_backend("cpu", {2}), &choices) == by_rule);
}

}  // namespace dltrain::test
