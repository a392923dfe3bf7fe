// Numbers of 16 bits on a GPU: how they are rounded, who computes with them, and that models learn in them. Without a GPU
// the kernels run on the host, as the same text compiled for it, and the libraries' stand-ins compute from descriptors.
#include <bit>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstring>
#include <set>

#include "backends/factory.h"
#include "graph/op.h"
#include "graph/ops.h"
#include "tests/backends/networks.h"
#include "tests/cuda/run.h"
#include "tests/cuda/stand_in/control.h"
#include "tests/training/mixed_losses.h"

namespace dltrain::test {

namespace {

// What a graph makes of x by a cast.
Array cast_on_gpu(const Array& x, DType to) {
  graph::Graph graph;
  graph::StateTable states;
  graph::Builder b(graph, states, false);
  b.set_result("y", graph::cast(b, b.input("x", graph::InputKind::data, {x.dtype, x.shape}), to));
  return run_graph(*session_on("cuda"), graph, {{"x", x}});
}

uint16_t bits_at(const Array& array, size_t i) {
  uint16_t bits = 0;
  std::memcpy(&bits, array.bytes.data() + 2 * i, 2);
  return bits;
}

// Every bfloat16, and what lies just above it, in the middle to the next, and just below that: as float32.
std::vector<float> around_every_bfloat16() {
  std::vector<float> numbers;
  for (uint32_t upper = 0; upper < 0x10000; ++upper) {
    for (const uint32_t lower : {0x0000U, 0x0001U, 0x7FFFU, 0x8000U, 0x8001U, 0xFFFFU})
      numbers.push_back(std::bit_cast<float>(upper << 16 | lower));
  }
  return numbers;
}

std::vector<Network> networks() {
  return {dense_network(6, DType::bf16), convolution_network(6, DType::bf16), residual_network(6, DType::bf16),
          joining_network(6, DType::bf16)};
}

}  // namespace

TEST_CASE("cuda: float32 is rounded to the nearest bfloat16, halves to even, and not-a-number stays one") {
  use_stand_in("");
  const std::vector<float> numbers = around_every_bfloat16();
  Array x(DType::f32, {static_cast<int64_t>(numbers.size())});
  std::copy(numbers.begin(), numbers.end(), x.as<float>().begin());
  const Array y = cast_on_gpu(x, DType::bf16);
  size_t wrong = 0;
  for (size_t i = 0; i < numbers.size(); ++i) {
    const bool agrees = std::isnan(numbers[i]) ? std::isnan(bfloat_to_float(bits_at(y, i)))
                                               : bits_at(y, i) == float_to_bfloat(numbers[i]);
    wrong += agrees ? 0 : 1;
  }
  CHECK(wrong == 0);
  const Array back = cast_on_gpu(y, DType::f32);
  CHECK(difference(back, converted(y, DType::f32), {0, 0}) == "");
}

TEST_CASE("cuda: what is wider than float32 is rounded to bfloat16 once") {
  use_stand_in("");
  // 1 + 2^-8 lies in the middle between 1 and 1 + 2^-7; what is 2^-40 beside it is the middle to a float32.
  const double middle = 1 + 0x1p-8, little = 0x1p-40;
  const std::vector<double> numbers = {middle,           middle + little, middle - little,
                                       -middle - little, middle + 0x1p-7, middle + 0x1p-7 - little};
  const Array y = cast_on_gpu(reals_array({6}, numbers), DType::bf16);
  const std::vector<double> expected = {1, 1 + 0x1p-7, 1, -1 - 0x1p-7, 1 + 0x1p-6, 1 + 0x1p-7};
  for (size_t i = 0; i < numbers.size(); ++i) CHECK(element(y, static_cast<int64_t>(i)) == expected[i]);
  Array count(DType::i64, {2});
  count.as<int64_t>()[0] = (int64_t{257} << 32) + 1;  // above the middle between 256 and 258 times 2^32
  count.as<int64_t>()[1] = (int64_t{257} << 32);
  const Array z = cast_on_gpu(count, DType::bf16);
  CHECK(element(z, 0) == 258 * 0x1p32);
  CHECK(element(z, 1) == 256 * 0x1p32);
}

// Both round at the same places, but for what is summed in another order and then falls to another side.
TEST_CASE("cuda: training steps in bfloat16 are those of the reference, kernel by kernel and recorded") {
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
      CHECK(difference_of(found, expected, {1e-2, 1e-2}) == "");
    }
    CHECK(stand_in_count("cuStreamBeginCapture") == (on_gpu() ? 0 : 1));
    CHECK(stand_in_count("broken borders") == 0);
    CHECK(found.plan().packed_bytes == 0);
  }
}

TEST_CASE("cuda: in bfloat16 equal steps give equal bits, in whatever order threads and blocks take their turns") {
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

TEST_CASE("cuda: products and convolutions of a narrow model are narrow, and sums of parts are not rounded") {
  needs_stand_in();
  use_stand_in("");
  for (const Network& network : networks()) {
    const auto session = session_on("cuda");
    const Run run(*session, network.graph);
    std::set<graph::Value> rounded;  // each is rounded once, whoever reads it
    for (const graph::Node& node : run.plan().graph.nodes) {
      if (node.op->name == "cast" && node.outputs[0].dtype == DType::bf16) CHECK(rounded.insert(node.inputs[0]).second);
      if (node.op->name == "matmul") CHECK(run.plan().graph.type(node.inputs[1]).dtype == DType::bf16);
    }
  }
  CHECK(stand_in_count("products in bfloat16") > 0);
  CHECK(stand_in_count("plans in bfloat16") > 0);
  CHECK(stand_in_count("sums of rounded parts") == 0);
}

TEST_CASE("cuda: twenty steps in mixed precision give Keras' and PyTorch's losses") {
  const std::vector<Table> runs = mixed_runs();
  CHECK(runs.size() >= 8);
  for (const Table& run : runs) {
    use_stand_in("");
    INFO(*run.at("case").text());
    check_mixed_run(run, "cuda", "mixed_bfloat16");
  }
}

}  // namespace dltrain::test
