// Products x^T y of tall matrices, as gradients of kernels are: whatever fills vectors, blocks of rows and tiles, for dense
// layers and for 1x1 convolutions, against plain loops; not-a-number and infinities come through.
#include <cmath>
#include <limits>

#include <catch2/catch_test_macros.hpp>

#include "backends/factory.h"
#include "backends/session.h"
#include "tests/support/numbers.h"
#include "tests/support/op_case.h"

namespace dltrain::test {

namespace {

struct Computed {
  Array result;
  std::string implementation;
};

Computed computed(const graph::Graph& graph, const Arrays& inputs, int threads) {
  backends::Session session(backends::open_backend("cpu", {threads}));
  const int number = session.add(graph);
  backends::Feed feed;
  for (const auto& [name, array] : inputs) feed.data[name] = &array;
  session.run(number, feed);
  return {session.result(number, graph.outputs.front().name),
          session.plan(number).steps.back().kernel->info().implementation};
}

OpCase product(int64_t rows, int64_t m, int64_t n) {
  return {"matmul", "", {reals({rows, m}), reals({rows, n})}, {{"transpose_x", true}, {"transpose_y", false}}};
}

OpCase convolution(int64_t rows, int64_t m, int64_t n) {
  using Ints = std::vector<int64_t>;
  return {"conv2d_grad_kernel",
          "",
          {reals({rows / 64, 8, 8, m}), reals({rows / 64, 8, 8, n})},
          {{"strides", Ints{1, 1}},
           {"dilation", Ints{1, 1}},
           {"padding", Ints{0, 0, 0, 0}},
           {"groups", int64_t{1}},
           {"kernel_shape", Ints{1, 1, m, n}}}};
}

struct Size {
  int64_t rows, m, n;
};

const std::vector<Size> sizes = {{1024, 16, 16}, {1088, 7, 33}, {1152, 1, 40},   {1216, 65, 1},  {1024, 130, 70},
                                 {1664, 37, 5},  {1024, 3, 11}, {1088, 256, 64}, {1024, 20, 130}};

}  // namespace

TEST_CASE("tall products are those of plain loops, whatever fills a vector") {
  for (const Size& s : sizes) {
    for (const OpCase& op_case : {product(s.rows, s.m, s.n), convolution(s.rows, s.m, s.n)}) {
      const graph::Graph graph = op_case_graph(op_case, DType::f32);
      const Arrays inputs = op_case_inputs(op_case, DType::f32);
      const Array expected = run_on_reference(graph, inputs).begin()->second;
      for (const int threads : {1, 2, 3}) {
        const Computed found = computed(graph, inputs, threads);
        INFO(op_case.op << " of " << s.rows << ", " << s.m << " x " << s.n << ", " << threads << " threads, "
                        << found.implementation);
        CHECK(difference(found.result, expected, {1e-5, 2e-4}) == "");
        CHECK(found.result.bytes == computed(graph, inputs, threads).result.bytes);
      }
    }
  }
}

TEST_CASE("tall products of a row count that is prime") {
  const OpCase op_case = product(1031, 19, 23);
  const graph::Graph graph = op_case_graph(op_case, DType::f32);
  const Arrays inputs = op_case_inputs(op_case, DType::f32);
  for (const int threads : {1, 2}) {
    CHECK(difference(computed(graph, inputs, threads).result, run_on_reference(graph, inputs).begin()->second,
                     {1e-5, 2e-4}) == "");
  }
}

TEST_CASE("not-a-number stays in its row and column of a tall product") {
  const OpCase op_case = product(1100, 18, 21);
  const graph::Graph graph = op_case_graph(op_case, DType::f32);
  Arrays inputs = op_case_inputs(op_case, DType::f32);
  Array& x = inputs.begin()->second;
  x.as<float>()[500 * 18 + 4] = std::numeric_limits<float>::quiet_NaN();
  x.as<float>()[501 * 18 + 5] = std::numeric_limits<float>::infinity();
  const Array result = computed(graph, inputs, 2).result;
  for (size_t i = 0; i < 18; ++i) {
    for (size_t j = 0; j < 21; ++j) {
      const float value = result.as<float>()[i * 21 + j];
      INFO(i << ", " << j);
      CHECK(std::isnan(value) == (i == 4));
      CHECK((std::isfinite(value) || i == 4 || i == 5));
    }
  }
}

}  // namespace dltrain::test
