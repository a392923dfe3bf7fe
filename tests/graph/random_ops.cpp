// Random ops: the promised numbers, the same for any division of a batch, and the right shares.
#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "core/random.h"
#include "graph/ops.h"
#include "tests/support/numbers.h"

namespace dltrain::test {

namespace {

constexpr int64_t stream = 12345;

struct Host {
  int64_t seed = 3, step = 5, offset = 0;
};

// Dropout of ones: 0 where dropped.
std::vector<double> dropped(Shape shape, double rate, Host host, std::vector<int64_t> noise_shape = {}) {
  graph::Graph graph;
  graph::StateTable states;
  graph::Builder b(graph, states, true, DType::f64);
  b.set_result("y", graph::dropout(b, graph::full(b, DType::f64, shape, 1), rate, stream, std::move(noise_shape)));
  Arrays inputs;
  const auto scalar = [&](const char* name, int64_t value) {
    Array array(DType::i64, {});
    array.as<int64_t>()[0] = value;
    inputs[name] = array;
  };
  scalar(graph::scalar::seed, host.seed);
  scalar(graph::scalar::step, host.step);
  scalar(graph::scalar::sample_offset, host.offset);
  const Array y = run_on_reference(graph, inputs).at("y");
  const auto values = y.as<double>();
  return {values.begin(), values.end()};
}

std::vector<double> joined(std::vector<double> first, const std::vector<double>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

}  // namespace

TEST_CASE("dropout keeps where the stream's number is at least rate") {
  const Host host{7, 9, 4};
  const std::vector<double> y = dropped({3, 5}, 0.3, host);
  const RandomStream random(7, stream);
  for (uint64_t i = 0; i < 15; ++i) {
    const bool keep = random.uniform(9, 4 * 5 + i) >= 0.3;
    CHECK(y[i] == (keep ? 1 / 0.7 : 0.0));
  }
}

TEST_CASE("a seed counts with all its bits") {
  const int64_t large = (int64_t{1} << 62) + 1;
  CHECK(dropped({100}, 0.5, {large, 0, 0}) != dropped({100}, 0.5, {large - 1, 0, 0}));
  CHECK(dropped({100}, 0.5, {large, 0, 0})[0] ==
        (RandomStream(static_cast<uint64_t>(large), stream).uniform(0, 0) >= 0.5 ? 2 : 0));
}

TEST_CASE("samples draw the same numbers in any division into micro-batches") {
  const std::vector<double> whole = dropped({6, 7}, 0.4, {1, 2, 0});
  CHECK(joined(dropped({4, 7}, 0.4, {1, 2, 0}), dropped({2, 7}, 0.4, {1, 2, 4})) == whole);
  CHECK(joined(dropped({5, 7}, 0.4, {1, 2, 0}), dropped({1, 7}, 0.4, {1, 2, 5})) == whole);
}

TEST_CASE("channels that share a draw do so for each sample") {
  const std::vector<double> whole = dropped({6, 2, 3}, 0.5, {1, 2, 0}, {-1, 1, -1});
  for (size_t n = 0; n < 6; ++n) {
    for (size_t c = 0; c < 3; ++c) CHECK(whole[n * 6 + c] == whole[n * 6 + 3 + c]);
  }
  CHECK(joined(dropped({5, 2, 3}, 0.5, {1, 2, 0}, {-1, 1, -1}), dropped({1, 2, 3}, 0.5, {1, 2, 5}, {-1, 1, -1})) ==
        whole);
}

TEST_CASE("a draw shared by all samples is the same in every micro-batch") {
  const std::vector<double> first = dropped({2, 9}, 0.5, {1, 2, 0}, {1, -1});
  CHECK(dropped({2, 9}, 0.5, {1, 2, 64}, {1, -1}) == first);
  CHECK(std::vector(first.begin(), first.begin() + 9) == std::vector(first.begin() + 9, first.end()));
}

TEST_CASE("every step draws anew") {
  CHECK(dropped({100}, 0.5, {1, 2, 0}) != dropped({100}, 0.5, {1, 3, 0}));
  CHECK(dropped({100}, 0.5, {1, 2, 0}) == dropped({100}, 0.5, {1, 2, 0}));
}

TEST_CASE("dropout keeps the mean, and drops the share that is asked for") {
  constexpr int count = 40000;
  for (const double rate : {0.1, 0.5, 0.9}) {
    double sum = 0, zeros = 0;
    for (const double y : dropped({count}, rate, {})) {
      sum += y;
      zeros += y == 0 ? 1 : 0;
    }
    const double error = std::sqrt(rate * (1 - rate) / count);
    CHECK(std::fabs(zeros / count - rate) < 5 * error);
    CHECK(std::fabs(sum / count - 1) < 5 * error / (1 - rate));
  }
}

TEST_CASE("rates of 0 and 1 keep and drop everything") {
  CHECK(dropped({3}, 0, {}) == std::vector<double>{1, 1, 1});
  CHECK(dropped({3}, 1, {}) == std::vector<double>{0, 0, 0});
}

}  // namespace dltrain::test
