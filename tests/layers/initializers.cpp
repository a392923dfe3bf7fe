// Initializers: Keras' fans, moments and bounds, exact values, orthogonality, and independence of order.
#include "layers/initializers.h"

#include <algorithm>
#include <cmath>

#include <catch2/catch_test_macros.hpp>

#include "layers/support/draw.h"
#include "tests/layers/harness.h"
#include "tests/support/keras.h"

namespace dltrain::test {
namespace {

Numbers drawn(const Component& initializer, const Shape& shape, uint64_t seed = 1,
              std::string_view name = "dense/kernel") {
  const Array array = layers::initialize(initializer, shape, DType::f64, seed, name);
  const auto values = array.as<double>();
  return {values.begin(), values.end()};
}

double mean_of(const Numbers& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double deviation_of(const Numbers& values) {
  const double mean = mean_of(values);
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return std::sqrt(sum / static_cast<double>(values.size()));
}

double real(const Setting& setting) {
  return setting.real() != nullptr ? *setting.real() : static_cast<double>(*setting.integer());
}

void flatten(const Setting& setting, Numbers& numbers) {
  if (setting.list() == nullptr) return numbers.push_back(real(setting));
  for (const Setting& each : *setting.list()) flatten(each, numbers);
}

}  // namespace

TEST_CASE("fans are Keras'") {
  for (const Table& each : keras_fixture("initializers/fans").cases) {
    INFO(*each.at("case").text());
    const layers::Fans fans = layers::fans_of(Shape(integers(each.at("shape"))));
    CHECK(fans.in == real(each.at("fan_in")));
    CHECK(fans.out == real(each.at("fan_out")));
  }
}

TEST_CASE("drawn values have Keras' moments and bounds") {
  const KerasFixture fixture = keras_fixture("initializers/random");
  CHECK(fixture.cases.size() > 40);
  for (const Table& each : fixture.cases) {
    INFO(*each.at("case").text());
    const Numbers values = drawn(component("initializer", each.at("initializer")), Shape(integers(each.at("shape"))));
    const double deviation = real(each.at("stddev"));
    const auto count = static_cast<double>(values.size());
    CHECK(std::fabs(mean_of(values) - real(each.at("mean"))) < 5 * deviation / std::sqrt(count));
    CHECK(std::fabs(deviation_of(values) / deviation - 1) < 5 / std::sqrt(count));
    if (!each.at("minimum").is_none()) {
      const double low = real(each.at("minimum"));
      const double high = real(each.at("maximum"));
      const auto [least, most] = std::minmax_element(values.begin(), values.end());
      CHECK(*least >= low);
      CHECK(*most <= high);
      CHECK(*least < low + 0.05 * (high - low));  // the bounds are reached
      CHECK(*most > high - 0.05 * (high - low));
    }
  }
}

TEST_CASE("initializers without chance give Keras' values") {
  for (const Table& each : keras_fixture("initializers/exact").cases) {
    Numbers expected;
    flatten(each.at("values"), expected);
    const Numbers values = drawn(component("initializer", each.at("initializer")), Shape(integers(each.at("shape"))));
    check_close(values, expected, 1e-7, *each.at("case").text());
  }
}

TEST_CASE("Orthogonal gives orthonormal columns, or rows") {
  for (const Table& each : keras_fixture("initializers/orthogonal").cases) {
    INFO(*each.at("case").text());
    const Shape shape(integers(each.at("shape")));
    const int64_t columns = shape.back();
    const int64_t rows = shape.elements() / columns;
    const Numbers q = drawn(component("initializer", each.at("initializer")), shape);
    const bool by_column = *each.at("orthonormal").text() == "columns";
    const double square = real(each.at("gain")) * real(each.at("gain"));
    const int64_t vectors = by_column ? columns : rows;
    const auto at = [&](int64_t vector, int64_t i) {
      return q[static_cast<size_t>(by_column ? i * columns + vector : vector * columns + i)];
    };
    for (int64_t a = 0; a < vectors; ++a) {
      for (int64_t b = 0; b < vectors; ++b) {
        double dot = 0;
        for (int64_t i = 0; i < (by_column ? rows : columns); ++i) dot += at(a, i) * at(b, i);
        CHECK(std::fabs(dot - (a == b ? square : 0)) < 1e-12);
      }
    }
  }
}

TEST_CASE("Orthogonal is not biased: the first element has mean 0 and variance 1 / n") {
  const Component orthogonal = from_json("initializer", R"({"type": "Orthogonal"})");
  Numbers firsts;
  for (uint64_t seed = 0; seed < 4000; ++seed) firsts.push_back(drawn(orthogonal, {4, 4}, seed)[0]);
  CHECK(std::fabs(mean_of(firsts)) < 0.04);
  CHECK(std::fabs(deviation_of(firsts) - 0.5) < 0.03);
}

TEST_CASE("values depend on seed and name only") {
  const Component glorot = from_json("initializer", R"({"type": "GlorotUniform"})");
  const Numbers first = drawn(glorot, {30, 20});
  CHECK(drawn(glorot, {30, 20}) == first);
  CHECK(drawn(glorot, {30, 20}, 2) != first);
  CHECK(drawn(glorot, {30, 20}, 1, "dense_1/kernel") != first);
  const Component own = from_json("initializer", R"({"type": "GlorotUniform", "seed": 2})");
  CHECK(drawn(own, {30, 20}, 1) == drawn(own, {30, 20}, 5));
  CHECK(drawn(own, {30, 20}, 1) == drawn(glorot, {30, 20}, 2));
}

TEST_CASE("a value is the same in every dtype but for rounding") {
  const Component normal = from_json("initializer", R"({"type": "RandomNormal", "stddev": 1})");
  const Array narrow = layers::initialize(normal, {50}, DType::f32, 1, "w");
  const Array wide = layers::initialize(normal, {50}, DType::f64, 1, "w");
  for (int64_t i = 0; i < 50; ++i)
    CHECK(element(narrow, i) == static_cast<double>(static_cast<float>(element(wide, i))));
}

TEST_CASE("the default initializers of layers are Keras'") {
  for (const Table& each : keras_fixture("initializers/defaults").cases) {
    INFO(*each.at("case").text());
    const Component layer = component("layer", each.at("layer"));
    Shape input(integers(each.at("input")));
    const bool numbers = layer.kind == "Embedding";
    const Built built = build(layer, std::vector<Fed>{{{numbers ? DType::i32 : DType::f32, input}}});
    const List& weights = *each.at("weights").list();
    REQUIRE(built.states.list().size() == weights.size());
    const Table& initializers = *each.at("initializers").table();
    for (size_t i = 0; i < weights.size(); ++i) {
      const graph::StateInfo& state = built.states.list()[i];
      const std::string name = *weights[i].table()->at("name").text();
      CHECK(state.name == "layer/" + name);
      CHECK(state.type.shape == Shape(integers(weights[i].table()->at("shape"))));
      const Setting* kind = initializers.find(name);
      if (kind == nullptr && layer.kind == "DepthwiseConv2D") kind = initializers.find("depthwise");
      REQUIRE(kind != nullptr);
      CHECK(state.initializer.kind == *kind->text());
    }
  }
}

TEST_CASE("initializers refuse shapes that they cannot make") {
  const auto message = [](const char* kind, const Shape& shape) {
    try {
      layers::initialize(component("initializer", Setting(kind)), shape, DType::f32, 0, "w");
    } catch (const UserError& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  CHECK(message("Identity", {3}).find("initializer Identity: needs a weight with two axes (was [3])") !=
        std::string::npos);
  CHECK(message("Orthogonal", {3}).find("initializer Orthogonal: needs a weight with at least two axes (was [3])") !=
        std::string::npos);
}

}  // namespace dltrain::test
