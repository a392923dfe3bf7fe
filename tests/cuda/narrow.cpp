// Numbers of 16 bits on a GPU: how they are rounded, who computes with them, and that models learn in them. Without a GPU
// the kernels run on the host, as the same text compiled for it, and the libraries' stand-ins compute from descriptors.
#include <array>
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

// Every float16, what lies in the middle to the next, and the float32 beside both.
std::vector<float> around_every_float16() {
  std::vector<float> numbers;
  for (uint32_t bits = 0; bits + 1 < 0x7C00; ++bits) {
    const float own = half_to_float(static_cast<uint16_t>(bits)), next = half_to_float(static_cast<uint16_t>(bits + 1));
    for (const float number : {own, (own + next) / 2}) {
      for (const float near : {std::nextafter(number, -1.0F), number, std::nextafter(number, 1e9F)}) {
        numbers.push_back(near);
        numbers.push_back(-near);
      }
    }
  }
  for (const float number : {65504.0F, 65519.0F, 65519.996F, 65520.0F, 1e9F}) numbers.push_back(number);
  return numbers;
}

constexpr std::array narrow_dtypes = {DType::bf16, DType::f16};

std::vector<Network> networks() {
  std::vector<Network> all;
  for (const DType dtype : narrow_dtypes) {
    for (const auto make : {dense_network, convolution_network, residual_network, joining_network})
      all.push_back(make(6, dtype));
  }
  return all;
}

// How many of these numbers are rounded to other bits than core/array.h has it; not-a-number may have others.
size_t rounded_wrongly(const std::vector<float>& numbers, DType dtype) {
  Array x(DType::f32, {static_cast<int64_t>(numbers.size())});
  std::copy(numbers.begin(), numbers.end(), x.as<float>().begin());
  const Array y = cast_on_gpu(x, dtype);
  const Array expected = converted(x, dtype);
  size_t wrong = 0;
  for (size_t i = 0; i < numbers.size(); ++i) {
    const auto at = static_cast<int64_t>(i);
    const bool agrees = std::isnan(numbers[i]) ? std::isnan(element(y, at)) : bits_at(y, i) == bits_at(expected, i);
    wrong += agrees ? 0 : 1;
  }
  return wrong;
}

// Whether all numbers of 16 bits are widened to those that core/array.h has.
std::string widened_wrongly(DType dtype) {
  Array x(dtype, {0x10000});
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto narrow = static_cast<uint16_t>(bits);
    std::memcpy(x.bytes.data() + 2 * static_cast<size_t>(bits), &narrow, 2);
  }
  return difference(cast_on_gpu(x, DType::f32), converted(x, DType::f32), {0, 0});
}

}  // namespace

TEST_CASE("cuda: float32 is rounded to the nearest number of 16 bits, halves to even, and not-a-number stays one") {
  use_stand_in("");
  CHECK(rounded_wrongly(around_every_bfloat16(), DType::bf16) == 0);
  CHECK(rounded_wrongly(around_every_float16(), DType::f16) == 0);
  CHECK(rounded_wrongly(around_every_bfloat16(), DType::f16) == 0);
  for (const DType dtype : narrow_dtypes) CHECK(widened_wrongly(dtype) == "");
}

TEST_CASE("cuda: what is wider than float32 is rounded to 16 bits once") {
  use_stand_in("");
  // 1 + 2^-8 lies in the middle between 1 and 1 + 2^-7; what is 2^-40 beside it is the middle to a float32.
  const double middle = 1 + 0x1p-8, little = 0x1p-40;
  const std::vector<double> numbers = {middle,           middle + little, middle - little,
                                       -middle - little, middle + 0x1p-7, middle + 0x1p-7 - little};
  const Array y = cast_on_gpu(reals_array({6}, numbers), DType::bf16);
  const std::vector<double> expected = {1, 1 + 0x1p-7, 1, -1 - 0x1p-7, 1 + 0x1p-6, 1 + 0x1p-7};
  for (size_t i = 0; i < numbers.size(); ++i) CHECK(element(y, static_cast<int64_t>(i)) == expected[i]);
  // The middle between two multiples of 2^-24, the least of float16.
  const Array least = cast_on_gpu(reals_array({3}, {0x1.8p-24, 0x1.8p-24 - 0x1p-60, 0x1p-25 + 0x1p-60}), DType::f16);
  CHECK(element(least, 0) == 0x1p-23);
  CHECK(element(least, 1) == 0x1p-24);
  CHECK(element(least, 2) == 0x1p-24);
  Array count(DType::i64, {2});
  count.as<int64_t>()[0] = (int64_t{257} << 32) + 1;  // above the middle between 256 and 258 times 2^32
  count.as<int64_t>()[1] = (int64_t{257} << 32);
  const Array z = cast_on_gpu(count, DType::bf16);
  CHECK(element(z, 0) == 258 * 0x1p32);
  CHECK(element(z, 1) == 256 * 0x1p32);
}

// Both round at the same places, but for what is summed in another order and then falls to another side.
TEST_CASE("cuda: training steps in 16 bits are those of the reference, kernel by kernel and recorded") {
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

TEST_CASE("cuda: in 16 bits equal steps give equal bits, in whatever order threads and blocks take their turns") {
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
      if (node.op->name == "cast" && byte_size(node.outputs[0].dtype) == 2)
        CHECK(rounded.insert(node.inputs[0]).second);
      if (node.op->name == "matmul") CHECK(byte_size(run.plan().graph.type(node.inputs[1]).dtype) == 2);
    }
  }
  for (const char* dtype : {"bfloat16", "float16"}) {
    CHECK(stand_in_count(std::string("products in ") + dtype) > 0);
    CHECK(stand_in_count(std::string("plans in ") + dtype) > 0);
  }
  CHECK(stand_in_count("sums of rounded parts") == 0);
}

TEST_CASE("cuda: twenty steps in mixed precision give Keras' and PyTorch's losses") {
  for (const std::string precision : {"mixed_bfloat16", "mixed_float16"}) {
    const std::vector<Table> runs = mixed_runs(precision);
    CHECK(runs.size() >= 8);
    for (const Table& run : runs) {
      use_stand_in("");
      INFO(*run.at("case").text() << " in " << precision);
      check_mixed_run(run, "cuda", precision);
    }
  }
}

}  // namespace dltrain::test
