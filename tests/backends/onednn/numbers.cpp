// Numbers at the edge, and weights that change.
#include <algorithm>
#include <cmath>
#include <limits>

#include <catch2/catch_test_macros.hpp>

#include "backends/factory.h"
#include "backends/session.h"
#include "graph/ops.h"
#include "tests/support/numbers.h"

namespace dltrain::test {

namespace {

using backends::Session;
using graph::Builder;
using graph::InputKind;
using graph::Value;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

Array floats(Shape shape, float value) {
  Array array(DType::f32, std::move(shape));
  for (float& element : array.as<float>()) element = value;
  return array;
}

// A graph with data inputs, and the results of one run of it.
class Run {
 public:
  Value input(const std::string& name, const Array& array) {
    arrays_[name] = array;
    return b.input(name, InputKind::data, {array.dtype, array.shape});
  }
  Array result(Value value) {
    b.set_result("y", value);
    Session session(backends::open_backend("cpu", {2}));
    const int number = session.add(graph_);
    backends::Feed feed;
    for (const auto& [name, array] : arrays_) feed.data[name] = &array;
    session.run(number, feed);
    return session.result(number, "y");
  }

 private:
  graph::Graph graph_;
  graph::StateTable states_;
  std::map<std::string, Array> arrays_;

 public:
  Builder b{graph_, states_, false};
};

}  // namespace

TEST_CASE("not-a-number comes through relu behind a product") {
  for (const double slope : {0.0, 0.1}) {
    Run run;
    Array x = floats({40, 70}, 1);
    x.as<float>()[5] = nan;
    Value y = graph::matmul(run.b, run.input("x", x), run.input("w", floats({70, 80}, -1)));
    y = graph::relu(run.b, graph::add(run.b, y, run.input("bias", floats({80}, -1))), slope);
    const Array result = run.result(y);
    CHECK(std::isnan(result.as<float>()[0]));
    CHECK(std::isnan(result.as<float>()[79]));
    CHECK(result.as<float>()[80] == static_cast<float>(-71 * slope));
  }
}

TEST_CASE("not-a-number comes through relu behind a convolution") {
  for (const int64_t channels : {1, 3, 32}) {
    Run run;
    Array x = floats({2, 9, 9, channels}, 1);
    x.as<float>()[0] = nan;
    Value y = graph::conv2d(run.b, run.input("x", x), run.input("w", floats({3, 3, channels, 32}, -1)), {});
    y = graph::relu(run.b, graph::add(run.b, y, run.input("bias", floats({32}, 0))));
    const Array result = run.result(y);
    for (size_t f = 0; f < 32; ++f) CHECK(std::isnan(result.as<float>()[f]));
    CHECK(result.as<float>()[32] == 0);
  }
}

TEST_CASE("vector functions keep infinities and not-a-number") {
  const std::vector<float> points = {nan, infinity, -infinity, 0, -0.0F, 1, -1, 200, -200, 1e-20F, 88.8F, -103, 3e38F};
  struct Function {
    const char* name;
    Value (*emit)(Builder&, Value);
    float (*expected)(float);
  };
  for (const Function& f : std::vector<Function>{
           {"exp", graph::exp, [](float x) { return std::exp(x); }},
           {"log", graph::log, [](float x) { return std::log(x); }},
           {"log1p", graph::log1p, [](float x) { return std::log1p(x); }},
           {"expm1", graph::expm1, [](float x) { return std::expm1(x); }},
           {"tanh", graph::tanh, [](float x) { return std::tanh(x); }},
           {"erf", graph::erf, [](float x) { return std::erf(x); }},
           {"sqrt", graph::sqrt, [](float x) { return std::sqrt(x); }},
           {"reciprocal", graph::reciprocal, [](float x) { return 1 / x; }},
           {"sigmoid", graph::sigmoid, [](float x) { return 1 / (1 + std::exp(-x)); }},
           {"softplus", graph::softplus,
            [](float x) { return std::isnan(x) ? x : std::fmax(x, 0.0F) + std::log1p(std::exp(-std::fabs(x))); }},
           {"relu", [](Builder& b, Value x) { return graph::relu(b, x); }, [](float x) { return x <= 0 ? 0 : x; }}}) {
    Run run;
    Array x = floats({static_cast<int64_t>(points.size())}, 0);
    Array expected = x;
    for (size_t i = 0; i < points.size(); ++i) {
      x.as<float>()[i] = points[i];
      expected.as<float>()[i] = f.expected(points[i]);
    }
    INFO(f.name);
    CHECK(difference(run.result(f.emit(run.b, run.input("x", x))), expected, {1e-6, 1e-37}) == "");
  }
}

TEST_CASE("the first not-a-number is the largest, as NumPy has it") {
  Array x = floats({4, 3}, 0);
  const std::vector<float> values = {1, nan, 3, nan, nan, 1, infinity, nan, infinity, -infinity, -infinity, nan};
  std::copy(values.begin(), values.end(), x.as<float>().begin());
  const std::vector<int32_t> expected = {1, 0, 1, 2};
  Run run;
  const Array actual = run.result(graph::argmax(run.b, run.input("x", x), 1));
  CHECK(std::equal(expected.begin(), expected.end(), actual.as<int32_t>().begin()));

  graph::Graph graph;
  graph::StateTable states;
  Builder b(graph, states, false);
  b.set_result("y", graph::argmax(b, b.input("x", InputKind::data, {DType::f32, {4, 3}}), 1));
  const Array reference = run_on_reference(graph, {{"x", x}}).at("y");
  CHECK(std::equal(expected.begin(), expected.end(), reference.as<int32_t>().begin()));
}

TEST_CASE("kernels flush denormals, and leave the caller's mode as it was") {
  volatile float tiny = 1e-30F;
  volatile float factor = 1e-10F;
  Run run;
  const Value product = graph::mul(run.b, run.input("x", floats({4}, tiny)), run.input("y", floats({4}, factor)));
  CHECK(run.result(product).as<float>()[0] == 0);
  CHECK(tiny * factor > 0);
}

TEST_CASE("private copies of weights follow the weights") {
  graph::Graph graph;
  graph::StateTable states;
  Builder b(graph, states, false);
  const Value x = b.input("x", InputKind::data, {DType::f32, {40, 1, 1, 80}});
  const Value image = graph::conv2d(b, x, b.weight("filters", {1, 1, 80, 96}, {}), {});
  b.set_result("y", graph::matmul(b, graph::reshape(b, image, {40, 96}), b.weight("kernel", {96, 72}, {})));
  Session session(backends::open_backend("cpu", {2}));
  const int number = session.add(graph);
  const Array data = floats({40, 1, 1, 80}, 1);
  backends::Feed feed;
  feed.data["x"] = &data;
  CHECK(session.plan(number).packed_bytes > 0);
  for (const float filter : {1.0F, 2.0F}) {
    for (const float kernel : {1.0F, 0.5F}) {
      session.set_state("filters", floats({1, 1, 80, 96}, filter));
      session.set_state("kernel", floats({96, 72}, kernel));
      session.run(number, feed);
      CHECK(session.result(number, "y").as<float>()[17] == 80 * filter * 96 * kernel);
    }
  }
}

}  // namespace dltrain::test
