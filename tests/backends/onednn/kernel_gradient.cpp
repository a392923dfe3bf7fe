// The gradients of convolutions' kernels, own kernel and oneDNN's, against plain loops that add up in double: channels,
// filters and taps that fill blocks of registers and that do not.
#include <cstdlib>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "backends/factory.h"
#include "backends/session.h"
#include "tests/support/numbers.h"
#include "tests/support/op_case.h"

namespace dltrain::test {

namespace {

using Ints = std::vector<int64_t>;

struct Geometry {
  int64_t images, height, width, channels, filters;
  Ints kernel, strides, dilation, padding;
};

int64_t places(int64_t size, int64_t low, int64_t high, int64_t kernel, int64_t stride, int64_t dilation) {
  return (size + low + high - dilation * (kernel - 1) - 1) / stride + 1;
}

OpCase case_of(const Geometry& g) {
  const int64_t rows = places(g.height, g.padding[0], g.padding[1], g.kernel[0], g.strides[0], g.dilation[0]);
  const int64_t columns = places(g.width, g.padding[2], g.padding[3], g.kernel[1], g.strides[1], g.dilation[1]);
  return {"conv2d_grad_kernel",
          "",
          {reals({g.images, g.height, g.width, g.channels}), reals({g.images, rows, columns, g.filters})},
          {{"strides", g.strides},
           {"dilation", g.dilation},
           {"padding", g.padding},
           {"groups", int64_t{1}},
           {"kernel_shape", Ints{g.kernel[0], g.kernel[1], g.channels, g.filters}}}};
}

struct Computed {
  Array gradient;
  std::string implementation;
};

Computed computed(const OpCase& op_case, const char* device, DType real, int threads) {
  const graph::Graph graph = op_case_graph(op_case, real);
  const std::map<std::string, Array> inputs = op_case_inputs(op_case, real);
  backends::Session session(backends::open_backend(device, {threads}));
  const int number = session.add(graph);
  backends::Feed feed;
  for (const auto& [name, array] : inputs) feed.data[name] = &array;
  session.run(number, feed);
  return {session.result(number, graph.outputs.front().name),
          session.plan(number).steps.back().kernel->info().implementation};
}

}  // namespace

TEST_CASE("gradients of kernels are those of plain loops, whatever fills a vector") {
  const std::vector<Geometry> geometries = {
      {2, 9, 11, 1, 16, {3, 3}, {1, 1}, {1, 1}, {0, 0, 0, 0}},
      {2, 9, 11, 3, 32, {3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}},
      {3, 8, 7, 16, 16, {3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}},
      {2, 12, 12, 16, 32, {3, 3}, {2, 2}, {1, 1}, {0, 1, 0, 1}},
      {2, 12, 10, 20, 48, {1, 1}, {2, 2}, {1, 1}, {0, 0, 0, 0}},
      {1, 5, 6, 64, 64, {3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}},
      {1, 13, 9, 7, 96, {5, 2}, {1, 3}, {1, 1}, {2, 0, 1, 0}},
      {2, 11, 12, 5, 112, {2, 3}, {1, 1}, {2, 1}, {0, 0, 1, 2}},
      {2, 11, 12, 5, 16, {3, 2}, {2, 1}, {1, 3}, {1, 0, 0, 3}},
      {1, 80, 70, 4, 16, {3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}},
      {2, 6, 6, 3, 8, {3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}},
      {2, 6, 6, 3, 10, {3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}},
      {9, 17, 16, 6, 16, {1, 7}, {1, 2}, {1, 1}, {0, 0, 3, 3}},
  };
  for (const Geometry& geometry : geometries) {
    const OpCase op_case = case_of(geometry);
    const Computed expected = computed(op_case, "reference", DType::f32, 1);
    for (const int threads : {1, 3}) {
      const Computed found = computed(op_case, "cpu", DType::f32, threads);
      INFO(geometry.channels << " channels, " << geometry.filters << " filters, " << threads << " threads, "
                             << found.implementation);
      CHECK(difference(found.gradient, expected.gradient, {1e-5, 2e-4}) == "");
      CHECK(found.gradient.bytes == computed(op_case, "cpu", DType::f32, threads).gradient.bytes);
      if (geometry.filters % 16 == 0) CHECK(found.implementation.starts_with("own"));
    }
  }
}

TEST_CASE("own kernels keep to the instruction set that the library is held to") {
  const char* const most = std::getenv("ONEDNN_MAX_CPU_ISA");
  if (most == nullptr || std::string(most) != "AVX2") return;
  // Eight filters fill a vector of AVX2 and none of AVX-512.
  const Geometry geometry = {2, 6, 6, 3, 8, {3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}};
  CHECK(computed(case_of(geometry), "cpu", DType::f32, 1).implementation == "own:avx2");
}

}  // namespace dltrain::test
