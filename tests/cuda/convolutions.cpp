// Convolutions through cuDNN: how it is found, which of its engines are taken, and what is done where it has none. Their
// values are tested with every op (ops.cpp), since the stand-in computes them from their descriptors.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <limits>

#include "backends/cuda/cudnn.h"
#include "graph/ops.h"
#include "tests/cuda/run.h"
#include "tests/cuda/stand_in/control.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"

namespace dltrain::test {

namespace {

namespace cuda = backends::cuda;

// relu(conv2d(x, kernel) + bias).
graph::Graph convolution_layer(int64_t channels, int64_t filters, graph::Window2D window) {
  graph::Graph graph;
  graph::StateTable states;
  graph::Builder b(graph, states, false);
  const auto data = [&](const char* name, Shape shape) {
    return b.input(name, graph::InputKind::data, {DType::f32, std::move(shape)});
  };
  const graph::Value x = data("x", {2, 7, 8, channels});
  const graph::Builder::ScopeGuard scope = b.scope("first", "layer \"first\" (Conv2D)");
  const graph::Value y = graph::conv2d(b, x, data("kernel", {3, 3, channels, filters}), window);
  b.set_result("y", graph::relu(b, graph::add(b, y, data("bias", {filters}))));
  return graph;
}

const graph::Window2D same = {.padding = {1, 1, 1, 1}};

}  // namespace

TEST_CASE("cuda: a cuDNN that is missing, old or damaged is said in words") {
  needs_stand_in();
  GoldenSections golden("cuda/cudnn.txt");
  const auto answer = [](const std::string& settings, const std::string& file) {
    use_stand_in(settings);
    return message_of([&] { cuda::Cudnn::load("cuda:0", file); });
  };
  golden.add("none", answer("", "libcudnn-that-is-not-there.so.9"));
  golden.add("9.1", answer("cudnn=90100", "libcudnn.so.9"));
  golden.add("without its functions", answer("", "libcuda.so.1"));
  const auto model = [](const std::string& settings) {
    use_stand_in(settings);
    return message_of([] { session_on("cuda")->add(convolution_layer(3, 4, same)); });
  };
  golden.add("one whose parts cannot be loaded", model("fail=cudnnCreate:1001"));
  golden.add("no engine at all", model("cudnn_lacks=plans"));
  golden.add("no engine in true float32", model("cudnn_lacks=exact"));
  use_stand_in("cudnn_lacks=deterministic");
  golden.add("no engine with sums in one order", message_of([] {
               const Network network = convolution_network(2);
               Run(*session_on("cuda"), network.graph);
             }));
  golden.check();
}

TEST_CASE("cuda: convolutions take their bias and rectifier along, and what has none needs no cuDNN") {
  use_stand_in("");
  const Network network = convolution_network(6);
  const auto session = session_on("cuda");
  const Run run(*session, network.graph);
  if (!on_gpu()) {
    CHECK(library_kernels(run.plan(), "cudnn") == "cudnn+bias+relu cudnn+bias+relu cudnn cudnn cudnn");
    use_stand_in("");
    const Network dense = dense_network(6);
    const auto other = session_on("cuda");
    Run(*other, dense.graph).step();
    CHECK(stand_in_count("cudnnCreate") == 0);
  }
}

TEST_CASE("cuda: a convolution whose bias cuDNN does not take along is computed in parts, with the same result") {
  needs_stand_in();
  const auto reference = session_on("reference");
  for (const char* settings : {"", "cudnn_lacks=fused", "cudnn_lacks=heuristics"}) {
    use_stand_in(settings);
    const auto session = session_on("cuda");
    const graph::Graph graph = convolution_layer(3, 4, {.strides = {2, 2}, .padding = {0, 1, 1, 2}});
    const std::map<std::string, Array> inputs = example_inputs(graph);
    std::string kernels;
    const Array found = run_graph(*session, graph, inputs, &kernels);
    CHECK(kernels == (std::string(settings) == "cudnn_lacks=fused" ? "cudnn" : "cudnn+bias+relu"));
    CHECK(difference(found, run_graph(*reference, graph, inputs), {1e-5, 1e-5}) == "");
  }
}

TEST_CASE("cuda: what cuDNN proposes is asked for once for each convolution, and has its workspace in the arena") {
  needs_stand_in();
  use_stand_in("");
  const Network network = convolution_network(6);
  {
    const auto session = session_on("cuda");
    const Run first(*session, network.graph);
    const size_t asked = stand_in_count("cudnn heuristics");
    CHECK(asked > 0);
    const Run second(*session, network.graph);
    CHECK(stand_in_count("cudnn heuristics") == asked);
    CHECK(stand_in_count("cudnnCreate") == 1);
    int64_t most = 0;
    for (const graph::NodeMemory& need : first.plan().needs) most = std::max(most, need.scratch_bytes);
    CHECK(most >= 5000);  // what the stand-in asks for
  }
  CHECK(stand_in_count("descriptors made") == stand_in_count("descriptors destroyed"));
}

TEST_CASE("cuda: convolutions sum in one order unless a recipe gives that up") {
  needs_stand_in();
  const Network network = convolution_network(4);
  for (const bool deterministic : {true, false}) {
    use_stand_in("");
    const auto session = session_on("cuda", {.threads = 1, .deterministic = deterministic});
    const Run run(*session, network.graph);
    CHECK((stand_in_count("plans that sum in any order") == 0) == deterministic);
    CHECK(stand_in_count("plans in tensorfloat32") == 0);
  }
}

// The stand-in's rectifier lets it through; a GPU's is only known from running this there.
TEST_CASE("cuda: not-a-number passes a convolution with a rectifier") {
  use_stand_in("");
  const auto session = session_on("cuda");
  for (const int64_t channels : {1, 3, 16}) {
    const graph::Graph graph = convolution_layer(channels, 8, same);
    std::map<std::string, Array> inputs = example_inputs(graph);
    inputs.at("x").as<float>()[0] = std::numeric_limits<float>::quiet_NaN();
    const Array y = run_graph(*session, graph, inputs);
    CHECK(std::isnan(element(y, 0)));
    CHECK(std::isfinite(element(y, y.shape.elements() - 1)));
  }
}

}  // namespace dltrain::test
