// Single layers, activations, regularizers and constraints against Keras: outputs in inference and training, masks,
// gradients, updated statistics. Both in double on the reference and in float32 on the processor.
#include <algorithm>
#include <array>
#include <cmath>

#include <catch2/catch_test_macros.hpp>

#include "core/text.h"
#include "graph/autodiff.h"
#include "layers/activations.h"
#include "layers/constraints.h"
#include "layers/regularizers.h"
#include "tests/layers/harness.h"
#include "tests/support/keras.h"

namespace dltrain::test {
namespace {

using graph::InputKind;

constexpr double tolerance = 1e-5;
constexpr std::array everywhere = {On::reference, On::processor};

// A layer of a fixture: what it is, what it is fed with, its weights by name.
class LayerCase {
 public:
  LayerCase(const KerasFixture& fixture, const Table& given, On on)
      : fixture_(fixture), name_(*given.at("case").text()), on_(on) {
    options_.real = real_on(on);
    Setting setting = given.at("layer");
    if (const Setting* trainable = setting.table()->find("trainable")) {
      options_.trainable = *trainable->boolean();
      setting.table()->erase("trainable");  // not of the layer, but of every layer
    }
    layer_ = component("layer", setting);
    const List& inputs = *given.at("inputs").list();
    for (size_t i = 0; i < inputs.size(); ++i) add_input(i, *inputs[i].table());
    for (const Setting& weight : *given.at("weights").list())
      weight_names_.push_back(*weight.table()->at("name").text());
    weight_names_.erase(std::remove(weight_names_.begin(), weight_names_.end(), "count"), weight_names_.end());
    for (size_t i = 0; i < weight_names_.size(); ++i) {
      values_["layer/" + weight_names_[i]] = fixture_.numbers(name_, "w" + std::to_string(i));
    }
  }

  void check_inference() const {
    Options options = options_;
    options.training = false;
    const Built built = build(layer_, inputs_, options);
    CHECK(built.state_names() == join(weight_names_, " "));
    const auto results = evaluate(built.graph, values_, on_);
    check_close(results.at("y0").values, numbers("out0"), tolerance, name_ + ": output in inference");
    CHECK(results.contains("out_mask0") == fixture_.has(name_, "out_mask0"));
    if (results.contains("out_mask0")) CHECK(results.at("out_mask0").values == numbers("out_mask0"));
  }

  void check_training() const {
    if (!fixture_.has(name_, "train_out0")) return;
    const Built built = build_with_gradients(layer_, inputs_, options_);
    std::map<std::string, Numbers> values = values_;
    values["c0"] = numbers("cot0");
    const auto results = evaluate(built.graph, values, on_);
    check_close(results.at("y0").values, numbers("train_out0"), tolerance, name_ + ": output in training");
    for (size_t i = 0; i < inputs_.size(); ++i) {
      const std::string number = std::to_string(i);
      if (fixture_.has(name_, "gin" + number)) {
        const Numbers expected = away_from_kink(i, numbers("gin" + number));
        check_close(without_noise(away_from_kink(i, results.at("gx" + number).values), expected), expected, tolerance,
                    name_ + ": gradient of input " + number);
      }
    }
    for (size_t i = 0; i < weight_names_.size(); ++i) {
      const std::string number = std::to_string(i);
      if (weight_names_[i] == "key/bias") {
        // It shifts all scores of a query alike, which shares do not feel: the gradient is zero, and Keras has noise.
        for (const double g : results.at("g:key/bias").values) CHECK(std::fabs(g) < 1e-5);
      } else if (fixture_.has(name_, "gw" + number)) {
        check_close(results.at("g:" + weight_names_[i]).values, numbers("gw" + number), tolerance,
                    name_ + ": gradient of " + weight_names_[i]);
      }
      const std::string state = "layer/" + weight_names_[i];
      CHECK(results.contains(state) == fixture_.has(name_, "new_w" + number));
      if (results.contains(state))
        check_close(results.at(state).values, numbers("new_w" + number), tolerance,
                    name_ + ": new " + weight_names_[i]);
    }
  }

 private:
  Numbers numbers(const std::string& role) const { return fixture_.numbers(name_, role); }

  // A gradient with zeros where the input is the threshold of a ReLU itself: any slope between the two sides is right
  // there, and Keras has other ones with a threshold than without.
  Numbers away_from_kink(size_t input, Numbers gradient) const {
    const Setting* threshold = layer_.kind == "ReLU" ? layer_.params.find("threshold") : nullptr;
    if (threshold == nullptr || *threshold->real() == 0) return gradient;
    const Numbers& x = values_.at("x" + std::to_string(input));
    for (size_t i = 0; i < x.size(); ++i) {
      if (x[i] == *threshold->real()) gradient[i] = 0;
    }
    return gradient;
  }

  // Sums that cancel altogether, as behind a batch norm of one value, leave what float32 cannot hold.
  Numbers without_noise(Numbers gradient, const Numbers& expected) const {
    constexpr double noise = 1e-5;
    const bool is_zero = std::all_of(expected.begin(), expected.end(), [](double e) { return e == 0; });
    if (on_ == On::reference || !is_zero) return gradient;
    for (double& g : gradient) g = std::fabs(g) < noise ? 0 : g;
    return gradient;
  }

  void add_input(size_t i, const Table& input) {
    const std::string number = std::to_string(i);
    Fed fed{{dtype_of(*input.at("dtype").text()).value(), Shape(integers(input.at("shape")))}};
    values_["x" + number] = numbers("in" + number);
    if (const auto mask = fixture_.arrays.find(name_ + ".mask" + number); mask != fixture_.arrays.end()) {
      fed.masked = true;
      fed.mask_shape = mask->second.shape;
      values_["mask" + number] = numbers("mask" + number);
    }
    inputs_.push_back(fed);
  }

  const KerasFixture& fixture_;
  std::string name_;
  On on_;
  Options options_;
  Component layer_;
  std::vector<Fed> inputs_;
  std::vector<std::string> weight_names_;
  std::map<std::string, Numbers> values_;
};

void check_family(const std::string& family, size_t least) {
  const KerasFixture fixture = keras_fixture("layers/" + family);
  CHECK(fixture.cases.size() >= least);
  for (const Table& each : fixture.cases) {
    for (const On on : everywhere) {
      DYNAMIC_SECTION(*each.at("case").text() << " on " << text_of(on)) {
        const LayerCase layer_case(fixture, each, on);
        layer_case.check_inference();
        layer_case.check_training();
      }
    }
  }
}

}  // namespace

TEST_CASE("core layers are Keras'") { check_family("core", 17); }
TEST_CASE("convolutions are Keras'") { check_family("convolution", 60); }
TEST_CASE("pooling is Keras'") { check_family("pooling", 33); }
TEST_CASE("normalization is Keras'") { check_family("normalization", 24); }
TEST_CASE("regularization is Keras'") { check_family("regularization", 2); }
TEST_CASE("reshaping is Keras'") { check_family("reshaping", 23); }
TEST_CASE("merging is Keras'") { check_family("merging", 20); }
TEST_CASE("activation layers are Keras'") { check_family("activation", 18); }
TEST_CASE("preprocessing is Keras'") { check_family("preprocessing", 15); }
TEST_CASE("recurrent layers are Keras'") { check_family("recurrent", 43); }
TEST_CASE("attention is Keras'") { check_family("attention", 13); }
TEST_CASE("masks are Keras'") { check_family("masking", 21); }

TEST_CASE("activation functions are Keras'") {
  const KerasFixture fixture = keras_fixture("activations/activations");
  CHECK(fixture.cases.size() >= 16);
  for (const Table& each : fixture.cases) {
    const std::string name = *each.at("case").text();
    INFO(name);
    Table layer;
    layer.set("type", "Activation");
    layer.set("activation", each.at("activation"));
    const Shape shape = fixture.arrays.at(name + ".in0").shape;
    const std::map<std::string, Numbers> inputs = {{"x0", fixture.numbers(name, "in0")},
                                                   {"c0", fixture.numbers(name, "cot0")}};
    for (const On on : everywhere) {
      INFO(text_of(on));
      const Built built =
          build_with_gradients(component("layer", Setting(layer)), {{{DType::f32, shape}}}, {.real = real_on(on)});
      const auto results = evaluate(built.graph, inputs, on);
      check_close(results.at("y0").values, fixture.numbers(name, "out0"), tolerance, name);
      check_close(results.at("gx0").values, fixture.numbers(name, "gin0"), tolerance, name + ": gradient");
    }
  }
}

TEST_CASE("regularizers are Keras'") {
  const KerasFixture fixture = keras_fixture("penalties/regularizers");
  CHECK(fixture.cases.size() >= 5);
  for (const Table& each : fixture.cases) {
    const std::string name = *each.at("case").text();
    graph::Graph graph;
    graph::StateTable states;
    graph::Builder builder(graph, states, true, DType::f64);
    const graph::Value x = builder.input("x", InputKind::data, {DType::f64, fixture.arrays.at(name + ".w0").shape});
    const graph::Value penalty = layers::penalty(builder, component("regularizer", each.at("regularizer")), x);
    builder.set_result("penalty", penalty);
    builder.set_result("gradient", graph::gradients(builder, penalty, std::vector{x})[0]);
    const auto results = evaluate(graph, {{"x", fixture.numbers(name, "w0")}});
    check_close(results.at("penalty").values, fixture.numbers(name, "value"), tolerance, name);
    check_close(results.at("gradient").values, fixture.numbers(name, "gw0"), tolerance, name + ": gradient");
  }
}

TEST_CASE("constraints are Keras'") {
  const KerasFixture fixture = keras_fixture("penalties/constraints");
  CHECK(fixture.cases.size() >= 5);
  for (const Table& each : fixture.cases) {
    const std::string name = *each.at("case").text();
    graph::Graph graph;
    graph::StateTable states;
    graph::Builder builder(graph, states, true, DType::f64);
    const graph::Value x = builder.input("x", InputKind::data, {DType::f64, fixture.arrays.at(name + ".w0").shape});
    builder.set_result("moved", layers::constrain(builder, component("constraint", each.at("constraint")), x));
    check_close(evaluate(graph, {{"x", fixture.numbers(name, "w0")}}).at("moved").values,
                fixture.numbers(name, "new_w0"), tolerance, name);
  }
}

}  // namespace dltrain::test
