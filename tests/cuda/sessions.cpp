// Plans and sessions on a GPU: memory, order of work, recorded steps, and a GPU that fails. The stand-in's stream does
// nothing before somebody waits for it, and its memory begins as not-a-number.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "backends/cuda/registry.h"
#include "backends/factory.h"
#include "core/diagnostic.h"
#include "graph/builder.h"
#include "graph/op.h"
#include "graph/ops.h"
#include "tests/backends/networks.h"
#include "tests/cuda/run.h"
#include "tests/cuda/stand_in/control.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"
#include "tests/support/numbers.h"

namespace dltrain::test {

namespace {

constexpr int64_t rows = 6;

std::vector<Network> networks() { return {dense_network(rows), convolution_network(rows), residual_network(rows)}; }

}  // namespace

TEST_CASE("cuda: plans keep values apart, share memory and update weights in place") {
  use_stand_in("");
  for (const Network& network : networks()) {
    const auto session = session_on("cuda");
    const Run run(*session, network.graph);
    CHECK(graph::overlap(run.plan().graph, run.plan().needs, run.plan().memory) == "");
    CHECK(run.plan().memory.arena_bytes < run.plan().memory.sum_bytes);
    CHECK(run.plan().memory.copies.empty());
    CHECK(run.plan().packed_bytes == 0);
    for (const backends::Step& step : run.plan().steps) CHECK_FALSE(step.kernel->info().implementation.empty());
  }
}

TEST_CASE("cuda: training steps are those of the reference, kernel by kernel and recorded") {
  for (const Network& network : networks()) {
    use_stand_in("");
    const auto reference = session_on("reference");
    const auto session = session_on("cuda");
    Run expected(*reference, network.graph);
    Run found(*session, network.graph);
    for (int step = 0; step < 4; ++step) {
      expected.step();
      found.step();
      INFO("step " << step);
      CHECK(difference_of(found, expected, {2e-4, 2e-5}) == "");
    }
    // The first step is launched kernel by kernel, the second is recorded and serves all others.
    CHECK(stand_in_count("cuStreamBeginCapture") == (on_gpu() ? 0 : 1));
    CHECK(stand_in_count("cuGraphLaunch") == (on_gpu() ? 0 : 3));
    CHECK(stand_in_count("unpinned copies") == 0);
    CHECK(stand_in_count("broken borders") == 0);
  }
}

TEST_CASE("cuda: equal steps give equal bits, in whatever order threads and blocks take their turns") {
  for (const Network& network : networks()) {
    use_stand_in("");
    const auto first_session = session_on("cuda");
    Run first(*first_session, network.graph);
    for (int step = 0; step < 3; ++step) first.step();
    first.session.result(first.number, "loss");
    use_stand_in("backwards=1");
    const auto second_session = session_on("cuda");
    Run second(*second_session, network.graph);
    for (int step = 0; step < 3; ++step) second.step();
    CHECK(difference_of(second, first, {0, 0}) == "");
  }
}

TEST_CASE("cuda: nothing waits in a step, and the arena and states are all the memory that it takes") {
  needs_stand_in();
  use_stand_in("");
  const Network network = dense_network(rows);
  {
    const auto session = session_on("cuda");
    Run run(*session, network.graph);
    run.step();
    run.step();
    const size_t waits = stand_in_count("cuStreamSynchronize");
    const size_t allocations = stand_in_count("cuMemAlloc");
    const size_t launches = stand_in_count("cuLaunchKernel");
    for (int step = 0; step < 20; ++step) run.step();
    CHECK(stand_in_count("cuStreamSynchronize") == waits);
    CHECK(stand_in_count("cuMemAlloc") == allocations);
    CHECK(stand_in_count("cuLaunchKernel") == launches);
    run.session.result(run.number, "loss");
    CHECK(stand_in_count("cuStreamSynchronize") == waits + 2);  // for what runs, and for the copy
  }
  CHECK(stand_in_count("bytes") == 0);
  CHECK(stand_in_count("pinned") == 0);
}

TEST_CASE("cuda: kernels are timed by the GPU's clock, with one wait for all") {
  for (const Network& network : networks()) {
    use_stand_in("");
    const auto session = session_on("cuda");
    Run run(*session, network.graph);
    run.step();
    run.session.result(run.number, "loss");
    const size_t waits = stand_in_count("cuStreamSynchronize");
    const std::vector<double> seconds = run.timed_step();
    REQUIRE(seconds.size() == run.plan().steps.size());
    for (const double taken : seconds) CHECK((taken >= 0 && taken < 10));
    CHECK(std::any_of(seconds.begin(), seconds.end(), [](double taken) { return taken > 0; }));
    if (!on_gpu()) CHECK(stand_in_count("cuStreamSynchronize") == waits + 1);
  }
  CHECK(stand_in_count("events") == 0);
}

TEST_CASE("cuda: a batch larger than the pinned buffers arrives whole, and its memory is free at once") {
  use_stand_in("memory=200000000");
  const auto backend = backends::open_backend("cuda", {});
  constexpr int64_t count = 7'000'000;  // 28 MB through two buffers of 8 MiB
  Array batch(DType::f32, {count});
  for (int64_t i = 0; i < count; ++i) batch.as<float>()[static_cast<size_t>(i)] = static_cast<float>(i);
  const Array original = batch;
  void* memory = backend->allocate(4 * count);
  backend->to_device(memory, batch.bytes.data(), 4 * count);
  std::fill(batch.bytes.begin(), batch.bytes.end(), std::byte{0});
  backend->to_host(batch.bytes.data(), memory, 4 * count);
  CHECK(batch.bytes == original.bytes);
  backend->release(memory);
}

TEST_CASE("cuda: too little memory, a GPU that fails and an op without kernel end with words") {
  needs_stand_in();
  GoldenSections golden("cuda/sessions.txt");
  const Network network = dense_network(rows);
  use_stand_in("memory=100000");
  golden.add("too little memory", message_of([&] { Run(*session_on("cuda"), network.graph); }));

  const auto train = [&](const std::string& settings) {
    use_stand_in(settings);
    const auto session = session_on("cuda");
    Run run(*session, network.graph);
    for (int step = 0; step < 3; ++step) run.step();
    run.session.result(run.number, "loss");
  };
  const auto failing = [&](const std::string& settings) { return message_of([&] { train(settings); }); };
  golden.add("a GPU that is lost in the first step", failing("fail=cuLaunchKernel:719@5"));
  golden.add("a GPU that is lost in a later step", failing("fail=cuGraphLaunch:214@2"));
  golden.add("a GPU that is lost while results are fetched", failing("fail=cuMemcpyDtoHAsync:999"));
  golden.add("a GPU that is lost in a product", failing("fail=cublasLtMatmul:13@9"));
  const Network convolution = convolution_network(rows);
  use_stand_in("fail=cudnnBackendExecute:5000@3");
  golden.add("a GPU that is lost in a convolution", message_of([&] {
               const auto session = session_on("cuda");
               Run(*session, convolution.graph).step();
             }));
  golden.add("code that the GPU does not know", failing("fail=cuLibraryLoadData:209"));
  CHECK_NOTHROW(train(""));

  use_stand_in("");
  graph::Graph wide;
  graph::StateTable states;
  graph::Builder b(wide, states, true, DType::f64);
  const graph::Value x = b.input("x", graph::InputKind::data, {DType::f64, {2, 4, 4, 3}});
  const graph::Builder::ScopeGuard scope = b.scope("hidden", "layer \"hidden\" (MaxPooling2D)");
  wide.outputs.push_back({"y", false, graph::max_pool2d(b, x, {})});
  golden.add("a dtype without kernel", message_of([&] { session_on("cuda")->add(wide); }));
  golden.check();
}

TEST_CASE("cuda: a loss that nobody has asked about is not told when a session ends") {
  needs_stand_in();
  use_stand_in("fail=cuStreamSynchronize:719@2");  // the first is in making the arena
  const Network network = dense_network(rows);
  const auto session = session_on("cuda");
  Run run(*session, network.graph);
  run.step();
  SUCCEED("the session goes");
}

TEST_CASE("cuda: every op has a kernel or is made of ops that have one") {
  std::string without;
  std::string expanded;
  for (const std::string& name : graph::op_registry().names()) {
    const graph::Op* op = graph::op_registry().find(name);
    // Fused and joined ops are made by passes of other backends.
    if (op->view || name == "input" || name.starts_with("fused_") || name.starts_with("joined_")) continue;
    if (backends::cuda::kernel_registry().knows(name)) continue;
    (op->expand == nullptr ? without : expanded) += name + " ";
  }
  CHECK(without == "");
  // The list of docs/how-to/cuda.md.
  CHECK(expanded == "one_hot sigmoid_cross_entropy sigmoid_cross_entropy_grad ");
}

}  // namespace dltrain::test
