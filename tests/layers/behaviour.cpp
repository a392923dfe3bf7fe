// What layers do beyond their numbers: noise, masks, dtypes, losses of their own, what they ask to be learned.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <set>

#include "tests/layers/harness.h"
#include "tests/support/keras.h"

namespace dltrain::test {
namespace {

Numbers ones(int64_t count) { return Numbers(static_cast<size_t>(count), 1.0); }

Numbers output_of(const Built& built, const Numbers& x) { return evaluate(built.graph, {{"x0", x}}).at("y0").values; }

}  // namespace

TEST_CASE("Dropout zeroes its share and scales the rest") {
  const Shape shape = {100, 40};
  const Built built = build(from_json("layer", R"({"type": "Dropout", "rate": 0.3})"), {shape});
  const Numbers y = output_of(built, ones(4000));
  const auto zeros = static_cast<double>(std::count(y.begin(), y.end(), 0.0));
  CHECK(std::fabs(zeros / 4000 - 0.3) < 0.03);
  for (const double value : y) CHECK((value == 0 || std::fabs(value - 1 / 0.7) < 1e-6));
}

TEST_CASE("Dropout passes its input on in inference, and with rate 0") {
  const Built inference =
      build(from_json("layer", R"({"type": "Dropout", "rate": 0.3})"), {{4, 3}}, {.training = false});
  CHECK(inference.graph.nodes.size() == 1);
  const Built nothing = build(from_json("layer", R"({"type": "Dropout", "rate": 0})"), {{4, 3}});
  CHECK(nothing.graph.nodes.size() == 1);
}

TEST_CASE("attention of one input is that of the same input as query and value, gradients included") {
  for (const On on : {On::reference, On::processor}) {
    for (const char* options : {"", R"(, "use_causal_mask": true)", R"(, "use_bias": false)", R"(, "value_dim": 3)"}) {
      const std::string text = R"({"type": "MultiHeadAttention", "num_heads": 2, "key_dim": 4)";
      const Component layer = from_json("layer", text + options + "}");
      const Built alone = build_with_gradients(layer, {{{DType::f32, {2, 5, 6}}}}, {.real = real_on(on)});
      const Built twice =
          build_with_gradients(layer, {{{DType::f32, {2, 5, 6}}}, {{DType::f32, {2, 5, 6}}}}, {.real = real_on(on)});
      REQUIRE(alone.state_names() == twice.state_names());
      std::map<std::string, Numbers> values = {{"x0", some_numbers("x", 60)}, {"c0", some_numbers("c", 60)}};
      values["x1"] = values["x0"];
      for (const graph::StateInfo& info : alone.states.list())
        values[info.name] = some_numbers(info.name, info.type.elements());
      const auto expected = evaluate(twice.graph, values, on);
      for (const auto& [name, result] : evaluate(alone.graph, values, on)) {
        Numbers wanted = expected.at(name).values;
        for (size_t i = 0; name == "gx0" && i < wanted.size(); ++i) wanted[i] += expected.at("gx1").values[i];
        check_close(result.values, wanted, on == On::reference ? 1e-12 : 1e-5, name + options);
      }
    }
  }
}

TEST_CASE("the noise of Dropout is shared where noise_shape says 1") {
  const std::string layer = R"({"type": "Dropout", "rate": 0.5, "noise_shape": [-1, 1, 4]})";
  const Numbers y = output_of(build(from_json("layer", layer), {{20, 5, 4}}), ones(400));
  std::set<double> seen;
  for (size_t i = 0; i < y.size(); ++i) {
    const size_t first_step = i / 20 * 20 + i % 4;
    CHECK(y[i] == y[first_step]);
    seen.insert(y[i]);
  }
  CHECK(seen.size() == 2);
}

TEST_CASE("the seed of Dropout tells its noise from that of others") {
  const auto noise = [](const std::string& layer) {
    return output_of(build(from_json("layer", layer), {{8, 8}}), ones(64));
  };
  const Numbers first = noise(R"({"type": "Dropout", "rate": 0.5})");
  CHECK(noise(R"({"type": "Dropout", "rate": 0.5})") == first);
  CHECK(noise(R"({"type": "Dropout", "rate": 0.5, "seed": 1})") != first);
  CHECK(noise(R"({"type": "Dropout", "rate": 0.5, "seed": 1})") !=
        noise(R"({"type": "Dropout", "rate": 0.5, "seed": 2})"));
}

TEST_CASE("activity_regularizer adds the penalty of the output, summed over the samples") {
  const std::string layer =
      R"({"type": "Dense", "units": 2, "use_bias": false, "activity_regularizer": {"type": "L2", "l2": 0.5}})";
  for (const bool training : {true, false}) {
    const Built built = build(from_json("layer", layer), {{3, 2}}, {.training = training});
    REQUIRE(built.added_losses.size() == 1);
    graph::Graph graph = built.graph;
    graph.outputs.push_back({"penalty", false, built.added_losses[0]});
    const auto results = evaluate(graph, {{"x0", {1, 0, 0, 1, 2, 2}}, {"layer/kernel", {1, 2, 3, 4}}});
    CHECK(results.at("y0").values == Numbers{1, 2, 3, 4, 8, 12});
    CHECK(results.at("penalty").values == Numbers{0.5 * (1 + 4 + 9 + 16 + 64 + 144)});
  }
}

TEST_CASE("layers that take real numbers take all numbers") {
  const Component dense = from_json("layer", R"({"type": "Dense", "units": 1, "use_bias": false})");
  const Built built = build(dense, std::vector<Fed>{{{DType::u8, {2, 2}}}});
  CHECK(evaluate(built.graph, {{"x0", {1, 2, 3, 4}}, {"layer/kernel", {0.5, 1}}}).at("y0").values == Numbers{2.5, 5.5});
}

TEST_CASE("layers that only move numbers keep their dtype") {
  for (const char* layer : {R"({"type": "Flatten"})", R"({"type": "Reshape", "target_shape": [3, 2]})",
                            R"({"type": "Permute", "dims": [2, 1]})", R"({"type": "Input", "shape": [2, 3]})"}) {
    INFO(layer);
    const Built built = build(from_json("layer", layer), std::vector<Fed>{{{DType::i32, {4, 2, 3}}}});
    CHECK(built.graph.type(built.outputs[0].value).dtype == DType::i32);
  }
}

TEST_CASE("a mask that gets lost is reported, one that is used up is not") {
  graph::Graph graph;
  graph::StateTable states;
  graph::Builder builder(graph, states, true);
  const graph::Value x = builder.input("x", graph::InputKind::data, {DType::f32, {2, 3, 4}});
  const graph::Value mask = builder.input("mask", graph::InputKind::data, {DType::boolean, {2, 3}});
  const std::vector<layers::Tensor> masked = {{x, mask}};
  const std::vector<layers::Tensor> plain = {{x, {}}};
  const Component flatten = from_json("layer", R"({"type": "Flatten"})");
  CHECK(layers::loses_mask(flatten, masked));
  CHECK_FALSE(layers::loses_mask(flatten, plain));
  CHECK_FALSE(layers::loses_mask(from_json("layer", R"({"type": "GlobalAveragePooling1D"})"), masked));
  CHECK_FALSE(layers::loses_mask(from_json("layer", R"({"type": "Dense", "units": 1})"), masked));
}

TEST_CASE("a sequence that is masked as a whole has the mean 0") {
  const Component pooling = from_json("layer", R"({"type": "GlobalAveragePooling1D"})");
  const Built built = build(pooling, std::vector<Fed>{{{DType::f32, {2, 2, 1}}, true, {2, 2}}});
  const auto results = evaluate(built.graph, {{"x0", {1, 2, 3, 5}}, {"mask0", {0, 0, 1, 1}}});
  CHECK(results.at("y0").values == Numbers{0, 4});
}

TEST_CASE("Normalization says what it must learn") {
  const auto asked = [](const std::string& layer, const Shape& input) {
    return layers::adaptation(from_json("layer", layer), input);
  };
  CHECK(asked(R"({"type": "Normalization"})", {9, 3, 4}) == layers::Adaptation{{2}, {4}});
  CHECK(asked(R"({"type": "Normalization", "axis": [-1, 1]})", {9, 3, 4}) == layers::Adaptation{{1, 2}, {3, 4}});
  CHECK(asked(R"({"type": "Normalization", "axis": []})", {9, 3, 4}) == layers::Adaptation{{}, {}});
  CHECK_FALSE(asked(R"({"type": "Normalization", "mean": 0, "variance": 1})", {9, 3, 4}).has_value());
  CHECK_FALSE(asked(R"({"type": "Dense", "units": 1})", {9, 3}).has_value());
}

}  // namespace dltrain::test
