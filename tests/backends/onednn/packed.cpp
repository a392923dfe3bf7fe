// Copies of weights in the layout that kernels prefer: one for all plans, made once for each change.
#include <catch2/catch_test_macros.hpp>

#include "backends/factory.h"
#include "backends/session.h"
#include "graph/ops.h"

namespace dltrain::test {

namespace {

using backends::Arguments;
using graph::Builder;
using graph::InputKind;

// A kernel that counts how often its copy is made.
class CountingKernel : public backends::Kernel {
 public:
  CountingKernel(std::unique_ptr<backends::Kernel> kernel, int& packs) : kernel_(std::move(kernel)), packs_(packs) {
    info_ = kernel_->info();
  }
  void pack(const Arguments& arguments) override {
    ++packs_;
    kernel_->pack(arguments);
  }
  void run(const Arguments& arguments) override { kernel_->run(arguments); }

 private:
  std::unique_ptr<backends::Kernel> kernel_;
  int& packs_;
};

class CountingBackend : public backends::Backend {
 public:
  explicit CountingBackend(int& packs) : cpu_(backends::open_backend("cpu", {2})), packs_(packs) {}

  const backends::DeviceInfo& device() const override { return cpu_->device(); }
  backends::Support supports(const graph::Graph& graph, const graph::Node& node) const override {
    return cpu_->supports(graph, node);
  }
  std::unique_ptr<backends::Kernel> compile(const graph::Graph& graph, const graph::Node& node,
                                            const std::vector<bool>& output_used) override {
    return std::make_unique<CountingKernel>(cpu_->compile(graph, node, output_used), packs_);
  }
  void* allocate(int64_t bytes) override { return cpu_->allocate(bytes); }
  void release(void* memory) override { cpu_->release(memory); }
  void to_device(void* device, const void* host, int64_t bytes) override { cpu_->to_device(device, host, bytes); }
  void to_host(void* host, const void* device, int64_t bytes) override { cpu_->to_host(host, device, bytes); }
  void copy(void* to, const void* from, int64_t bytes) override { cpu_->copy(to, from, bytes); }
  void zero(void* device, int64_t bytes) override { cpu_->zero(device, bytes); }
  void wait() override { cpu_->wait(); }
  bool shares_host_memory() const override { return true; }

 private:
  std::unique_ptr<backends::Backend> cpu_;
  int& packs_;
};

Array filled(Shape shape, float value) {
  Array array(DType::f32, std::move(shape));
  for (float& element : array.as<float>()) element = value;
  return array;
}

// x [rows, 80] times a square weight, as it is or transposed.
graph::Graph product(int64_t rows, bool transposed) {
  graph::Graph graph;
  graph::StateTable states;
  Builder b(graph, states, false);
  const graph::Value x = b.input("x", InputKind::data, {DType::f32, {rows, 80}});
  b.set_result("y", graph::matmul(b, x, b.weight("square", {80, 80}, {}), false, transposed));
  return graph;
}

// Pixels x [rows, 1, 1, 80] through filters: a kernel that has a copy on every processor.
graph::Graph filtered(int64_t rows) {
  graph::Graph graph;
  graph::StateTable states;
  Builder b(graph, states, false);
  const graph::Value x = b.input("x", InputKind::data, {DType::f32, {rows, 1, 1, 80}});
  b.set_result("y", graph::conv2d(b, x, b.weight("filters", {1, 1, 80, 96}, {}), {}));
  return graph;
}

// The same through filters that two weights make side by side, in this order.
graph::Graph filtered_by_two(const char* first, const char* second) {
  graph::Graph graph;
  graph::StateTable states;
  Builder b(graph, states, false);
  const graph::Value x = b.input("x", InputKind::data, {DType::f32, {128, 1, 1, 80}});
  const graph::Value left = b.weight(first, {1, 1, 80, 48}, {}), right = b.weight(second, {1, 1, 80, 48}, {});
  b.set_result("y", graph::conv2d(b, x, graph::concat(b, {left, right}, 3), {}));
  return graph;
}

// The first number of the result for inputs of 1.
float first_of(backends::Session& session, int number) {
  const graph::Graph& graph = session.plan(number).graph;
  const Array x = filled(graph.type(graph.inputs[0].value).shape, 1);
  backends::Feed feed;
  feed.data["x"] = &x;
  session.run(number, feed);
  return session.result(number, "y").as<float>()[0];
}

}  // namespace

TEST_CASE("plans share copies of weights, made once for each change") {
  int packs = 0;
  backends::Session session(std::make_unique<CountingBackend>(packs));
  const int wide = session.add(filtered(128));
  const int64_t bytes = session.plan(wide).packed_bytes;
  REQUIRE(bytes > 0);
  const int narrow = session.add(filtered(96));
  CHECK(session.packed_bytes() == bytes);
  for (int change = 1; change <= 3; ++change) {
    const auto value = static_cast<float>(change);
    session.set_state("filters", filled({1, 1, 80, 96}, value));
    for (int repeat = 0; repeat < 2; ++repeat) {
      CHECK(first_of(session, wide) == 80 * value);
      CHECK(first_of(session, narrow) == 80 * value);
    }
    CHECK(packs == change);
  }
}

TEST_CASE("a copy of weights side by side is made once for each change of one of them") {
  int packs = 0;
  backends::Session session(std::make_unique<CountingBackend>(packs));
  const int together = session.add(filtered_by_two("a", "b"));
  const int again = session.add(filtered_by_two("a", "b"));
  REQUIRE(session.plan(together).packed_bytes > 0);
  CHECK(session.packed_bytes() == session.plan(together).packed_bytes);
  const int turned = session.add(filtered_by_two("b", "a"));
  CHECK(session.packed_bytes() == 2 * session.plan(together).packed_bytes);
  for (int change = 1; change <= 3; ++change) {
    const auto value = static_cast<float>(change);
    session.set_state(change == 2 ? "b" : "a", filled({1, 1, 80, 48}, value));
    packs = 0;
    for (int repeat = 0; repeat < 2; ++repeat) {
      CHECK(first_of(session, together) == (change == 2 ? 80 : 80 * value));
      CHECK(first_of(session, again) == (change == 2 ? 80 : 80 * value));
    }
    CHECK(packs == 1);
    CHECK(first_of(session, turned) == (change == 1 ? 0 : 160));
  }
}

TEST_CASE("plans that read a weight in another order have copies of their own") {
  int packs = 0;
  backends::Session session(std::make_unique<CountingBackend>(packs));
  const int straight = session.add(product(128, false));
  const int transposed = session.add(product(128, true));
  Array weight = filled({80, 80}, 0);
  for (size_t i = 0; i < 80; ++i) weight.as<float>()[i * 80] = 1;  // the first column
  session.set_state("square", weight);
  CHECK(first_of(session, straight) == 80);
  CHECK(first_of(session, transposed) == 1);
  CHECK(first_of(session, straight) == 80);
}

}  // namespace dltrain::test
