// Ranges for NVIDIA's profilers, on a profiler that counts them (tests/cuda/stand_in/nvtx.cpp).
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>

#include "core/module.h"
#include "graph/ops.h"
#include "tests/cuda/run.h"
#include "tests/cuda/stand_in/control.h"

namespace dltrain::test {

namespace {

graph::Graph two_layers() {
  graph::Graph graph;
  graph::StateTable states;
  graph::Builder b(graph, states, false);
  graph::Value x = b.input("x", graph::InputKind::data, {DType::f32, {4, 4}});
  for (const char* layer : {"first", "second"}) {
    const graph::Builder::ScopeGuard scope = b.scope(layer, std::string("layer \"") + layer + "\"");
    x = graph::tanh(b, graph::matmul(b, x, x));
  }
  b.set_result("y", x);
  return graph;
}

}  // namespace

TEST_CASE("cuda: kernels run in ranges named by their layers where a profiler has asked for them, and only there") {
  needs_stand_in();
  const graph::Graph graph = two_layers();
  const std::map<std::string, Array> inputs = example_inputs(graph);
  use_stand_in("");
  run_graph(*session_on("cuda"), graph, inputs);
  CHECK(stand_in_count("range first matmul") == 0);
  ::setenv("NVTX_INJECTION64_PATH", (library_folder() + "/stand_in/libnvtx.so.1").c_str(), 1);
  {
    const auto session = session_on("cuda");
    run_graph(*session, graph, inputs);
  }
  ::unsetenv("NVTX_INJECTION64_PATH");
  for (const char* range : {"range first matmul", "range first tanh", "range second matmul", "range second tanh"})
    CHECK(stand_in_count(range) == 1);
  CHECK(stand_in_count("ranges ended twice") == 0);
}

}  // namespace dltrain::test
