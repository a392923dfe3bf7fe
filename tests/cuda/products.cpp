// Matrix products through cuBLASLt: how it is found, what it is asked for, and how often. Their values are tested with
// every op (ops.cpp), since the stand-in computes them from their descriptors.
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <limits>

#include "backends/cuda/cublas.h"
#include "graph/ops.h"
#include "tests/cuda/run.h"
#include "tests/cuda/stand_in/control.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"

namespace dltrain::test {

namespace {

namespace cuda = backends::cuda;

// function(x w + bias) of a layer.
graph::Graph layer(int64_t rows, int64_t inputs, int64_t units,
                   graph::Value (*function)(graph::Builder&, graph::Value)) {
  graph::Graph graph;
  graph::StateTable states;
  graph::Builder b(graph, states, false);
  const auto data = [&](const char* name, Shape shape) {
    return b.input(name, graph::InputKind::data, {DType::f32, std::move(shape)});
  };
  const graph::Value product = graph::matmul(b, data("x", {rows, inputs}), data("w", {inputs, units}));
  b.set_result("y", function(b, graph::add(b, product, data("bias", {units}))));
  return graph;
}

graph::Value plain_relu(graph::Builder& b, graph::Value x) { return graph::relu(b, x); }
graph::Value tanh_gelu(graph::Builder& b, graph::Value x) { return graph::gelu(b, x, true); }
graph::Value erf_gelu(graph::Builder& b, graph::Value x) { return graph::gelu(b, x, false); }

}  // namespace

TEST_CASE("cuda: a cuBLASLt that is missing, old or damaged is said in words") {
  needs_stand_in();
  GoldenSections golden("cuda/cublas.txt");
  const auto answer = [](const std::string& settings, const std::string& file) {
    use_stand_in(settings);
    return message_of([&] { cuda::CublasLt::load("cuda:0", file); });
  };
  golden.add("none", answer("", "libcublasLt-that-is-not-there.so.13"));
  golden.add("of CUDA 12.8", answer("cublas=120804", "libcublasLt.so.13"));
  golden.add("without its functions", answer("", "libcuda.so.1"));
  const TemporaryFolder folder;
  const std::string broken = write(folder, "libcublasLt.so.13", "no library");
  CHECK(answer("", broken).find("cannot be loaded: " + broken + ": file too short") != std::string::npos);
  use_stand_in("fail=cublasLtCreate:3");
  const Network network = dense_network(4);
  golden.add("a GPU without room for it", message_of([&] { Run(*session_on("cuda"), network.graph); }));
  use_stand_in("fail=cublasLtCreate:1");
  golden.add("one that does not start", message_of([&] { Run(*session_on("cuda"), network.graph); }));
  golden.check();
}

TEST_CASE("cuda: the layers of a network are products with their bias and function, forward and backward") {
  use_stand_in("");
  const Network network = dense_network(6);
  const auto session = session_on("cuda");
  const Run run(*session, network.graph);
  CHECK(library_kernels(run.plan(), "cublaslt") ==
        "cublaslt+bias+relu cublaslt+bias+relu cublaslt+bias cublaslt cublaslt cublaslt cublaslt cublaslt");
}

TEST_CASE("cuda: what cuBLASLt proposes is asked for once for each shape, and has its workspace in the arena") {
  needs_stand_in();
  use_stand_in("");
  const Network network = dense_network(6);
  const auto session = session_on("cuda");
  const Run first(*session, network.graph);
  const size_t asked = stand_in_count("cublasLtMatmulAlgoGetHeuristic");
  CHECK(asked > 0);
  const Run second(*session, network.graph);
  CHECK(stand_in_count("cublasLtMatmulAlgoGetHeuristic") == asked);
  CHECK(stand_in_count("cublasLtCreate") == 1);
  int64_t most = 0;
  for (const graph::NodeMemory& need : first.plan().needs) most = std::max(most, need.scratch_bytes);
  CHECK(most == 3000);  // what the stand-in asks for
}

TEST_CASE("cuda: products sum in one order unless a recipe gives that up") {
  needs_stand_in();
  const Network network = dense_network(6);
  for (const bool deterministic : {true, false}) {
    use_stand_in("");
    const auto session = session_on("cuda", {.threads = 1, .deterministic = deterministic});
    const Run run(*session, network.graph);
    CHECK((stand_in_count("sums in any order") == 0) == deterministic);
  }
}

TEST_CASE("cuda: a product takes GELU along where the graph means the one by tanh") {
  use_stand_in("");
  const auto reference = session_on("reference");
  const auto session = session_on("cuda");
  for (const auto function : {tanh_gelu, erf_gelu}) {
    const graph::Graph graph = layer(5, 7, 9, function);
    const std::map<std::string, Array> inputs = example_inputs(graph);
    std::string kernels;
    const Array found = run_graph(*session, graph, inputs, &kernels);
    CHECK(kernels == (function == tanh_gelu ? "cublaslt+bias+gelu" : "cublaslt+bias"));
    CHECK(difference(found, run_graph(*reference, graph, inputs), {1e-4, 1e-5}) == "");
  }
}

// The stand-in's rectifier lets it through; a GPU's is only known from running this there.
TEST_CASE("cuda: not-a-number passes a product with a rectifier") {
  use_stand_in("");
  const auto session = session_on("cuda");
  for (const int64_t size : {1, 8, 64, 256}) {
    const graph::Graph graph = layer(size, 16, size, plain_relu);
    std::map<std::string, Array> inputs = example_inputs(graph);
    inputs.at("x").as<float>()[0] = std::numeric_limits<float>::quiet_NaN();
    std::string kernels;
    const Array y = run_graph(*session, graph, inputs, &kernels);
    CHECK(kernels == "cublaslt+bias+relu");
    CHECK(std::isnan(element(y, 0)));
    CHECK(std::isnan(element(y, size - 1)));
    if (size > 1) CHECK(std::isfinite(element(y, size)));
  }
}

}  // namespace dltrain::test
