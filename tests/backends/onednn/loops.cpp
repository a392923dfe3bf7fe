// Which of the library's implementations convolutions run by (docs/decisions/0024): its older loops where channels are few.
#include <catch2/catch_test_macros.hpp>

#include "backends/factory.h"
#include "backends/plan.h"
#include "graph/op.h"
#include "graph/ops.h"

namespace dltrain::test {

namespace {

using graph::Builder;
using graph::InputKind;
using graph::Value;

struct Layer {
  int64_t channels, filters;
  int64_t stride = 1;
  DType dtype = DType::f32;
};

// x [8, 32, 32, C], kernel [3, 3, C, F]; rows and columns keep their size, but for the strides.
graph::Window2D window_of(const Layer& layer) {
  return {.strides = {layer.stride, layer.stride}, .padding = {1, 1, 1, 1}};
}

// The kernel of the only convolution.
std::string implementation_of(const graph::Graph& graph) {
  const auto backend = backends::open_backend("cpu", {2});
  const auto plan = backends::compile_plan(graph, *backend);
  REQUIRE(plan->steps.size() == 1);
  return plan->steps.front().kernel->info().implementation;
}

std::string forward(const Layer& layer) {
  graph::Graph graph;
  graph::StateTable states;
  Builder b(graph, states, false);
  const Value x = b.input("x", InputKind::data, {layer.dtype, {8, 32, 32, layer.channels}});
  const Value kernel = b.input("kernel", InputKind::state, {layer.dtype, {3, 3, layer.channels, layer.filters}});
  b.set_result("y", graph::conv2d(b, x, kernel, window_of(layer)));
  return implementation_of(graph);
}

std::string backward(const Layer& layer) {
  graph::Graph graph;
  graph::StateTable states;
  Builder b(graph, states, false);
  const int64_t size = 32 / layer.stride;
  const Value dy = b.input("dy", InputKind::data, {layer.dtype, {8, size, size, layer.filters}});
  const Value kernel = b.input("kernel", InputKind::state, {layer.dtype, {3, 3, layer.channels, layer.filters}});
  b.set_result("dx", graph::conv2d_grad_input(b, dy, kernel, window_of(layer), {8, 32, 32, layer.channels}));
  return implementation_of(graph);
}

bool has_bfloat16() { return backends::open_backend("cpu", {})->device().precisions.back().missing.empty(); }

bool is_wide() { return backends::open_backend("cpu", {})->device().description.starts_with("AVX-512"); }

}  // namespace

TEST_CASE("convolutions of few channels run by the library's loops") {
  CHECK(forward({3, 16}).starts_with("jit:"));
  CHECK(forward({16, 32, 2}).starts_with("jit:"));
  CHECK(backward({16, 32, 2}).starts_with("jit:"));
  CHECK(backward({32, 64, 2}).starts_with("jit:"));
  // These fill the products.
  CHECK(forward({64, 64}).starts_with("brg"));
  CHECK(backward({64, 64}).starts_with("brg"));
}

TEST_CASE("where vectors have 512 bits, loops are taken for up to 15 channels") {
  if (!is_wide()) SKIP("no AVX-512");
  CHECK(forward({8, 16}).starts_with("jit:"));
  CHECK(forward({16, 16}).starts_with("brg"));
}

TEST_CASE("where tiles multiply bfloat16, loops are taken for up to 48 channels") {
  if (!has_bfloat16()) SKIP("no units for bfloat16");
  const std::string of_many = forward({64, 64, 1, DType::bf16});
  CHECK(of_many.starts_with("brg"));
  if (of_many.find("amx") == std::string::npos) SKIP("no tiles: vectors multiply bfloat16");
  for (const int64_t channels : {3, 16, 32}) {
    INFO(channels);
    CHECK(forward({channels, 32, 1, DType::bf16}).find("jit") == 0);
  }
  CHECK(backward({16, 32, 2, DType::bf16}).find("jit") == 0);
}

}  // namespace dltrain::test
