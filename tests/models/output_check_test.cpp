// Last layers, losses, metrics and targets that do not go together.
#include <catch2/catch_test_macros.hpp>

#include "graph/ops.h"
#include "models/output_check.h"
#include "tests/models/components.h"

using namespace dltrain;
using graph::Value;

namespace {

// A layer with weights, a bias and an activation over [32, 5]; and the codes of what is said about it, warnings as
// "(code)".
class Situation {
 public:
  Situation& layer(int64_t units, const std::string& activation = "linear") {
    const auto scope = b_.scope("dense", "layer \"dense\" (Dense)");
    const Value x = b_.input("x", graph::InputKind::data, {DType::f32, {32, 5}});
    const Value kernel = b_.input("kernel", graph::InputKind::data, {DType::f32, {5, units}});
    const Value bias = b_.input("bias", graph::InputKind::data, {DType::f32, {units}});
    prediction_ = graph::add(b_, graph::matmul(b_, x, kernel), bias);
    if (activation == "relu") prediction_ = graph::relu(b_, prediction_);
    if (activation == "sigmoid") prediction_ = graph::sigmoid(b_, prediction_);
    if (activation == "softmax") prediction_ = graph::softmax(b_, prediction_);
    if (activation == "sum of softmax") prediction_ = graph::mul(b_, graph::softmax(b_, prediction_), 0.5);
    return *this;
  }
  Situation& classes(int64_t count) {
    target_.classes = count;
    return *this;
  }
  Situation& columns(int64_t count) {
    target_.shape = {count};
    return *this;
  }
  Situation& ones(int64_t fewest, int64_t most) {
    target_.ones = OnesRange{fewest, most};
    return *this;
  }
  Situation& samples_of_classes(std::vector<int64_t> counts) {
    target_.class_counts = std::move(counts);
    return *this;
  }
  const std::string& help() const { return help_; }
  Situation& metric(const Setting& given) {
    output_.metrics.push_back(test::component_of("metric", given));
    return *this;
  }
  std::string said(const Setting& loss) {
    output_.loss = test::component_of("loss", loss);
    Diagnostics diagnostics;
    models::check_output(b_, output_, prediction_, target_, diagnostics);
    std::string codes;
    for (const Diagnostic& d : diagnostics.list()) {
      CHECK(!d.what.empty());
      CHECK(!d.help.empty());
      help_ = d.help;
      const std::string name(d.code.name());
      CHECK(d.code.is_error() == (d.severity == Severity::error));
      codes += (codes.empty() ? "" : " ") + (d.code.is_error() ? name : "(" + name + ")");
    }
    return codes;
  }

 private:
  std::string help_;  // of the last message
  graph::Graph graph_;
  graph::StateTable states_;
  graph::Builder b_{graph_, states_, false};
  Value prediction_;
  models::OutputSpec output_{"dense", {}, 1, {}, {}, {}};
  DataField target_{"target", {}, DType::i64, {}, {}};
};

Setting with_logits(const char* kind) {
  Table loss;
  loss.set("type", kind);
  loss.set("from_logits", true);
  return loss;
}

constexpr auto sparse = "sparse_categorical_crossentropy";

}  // namespace

TEST_CASE("cross-entropy from probabilities needs a layer that gives some") {
  CHECK(Situation().layer(3).classes(3).said(sparse) == "no-probabilities");
  CHECK(Situation().layer(3, "relu").classes(3).said(sparse) == "no-probabilities");
  CHECK(Situation().layer(1).classes(2).said("bce") == "no-probabilities");
  CHECK(Situation().layer(3, "softmax").classes(3).said(sparse).empty());
  CHECK(Situation().layer(1, "sigmoid").classes(2).said("bce").empty());
  CHECK(Situation().layer(3, "sum of softmax").classes(3).said(sparse).empty());  // may well be probabilities
  CHECK(Situation().layer(3).classes(3).said(with_logits(sparse)).empty());
  CHECK(Situation().layer(1).said("mse").empty());
}

TEST_CASE("a second softmax, and a softmax over one column, are noticed") {
  CHECK(Situation().layer(3, "softmax").classes(3).said(with_logits(sparse)) == "(twice-activated)");
  CHECK(Situation().layer(1, "sigmoid").classes(2).said(with_logits("bce")) == "(twice-activated)");
  CHECK(Situation().layer(1, "softmax").classes(2).said("bce") == "one-column-softmax");
  CHECK(Situation().layer(3, "sigmoid").columns(3).said("categorical_crossentropy") == "(no-distribution)");
}

TEST_CASE("classes are compared with columns") {
  CHECK(Situation().layer(3, "softmax").classes(10).said(sparse) == "too-few-units");
  CHECK(Situation().layer(12, "softmax").classes(10).said(sparse) == "(spare-units)");
  CHECK(Situation().layer(10, "softmax").classes(10).said("categorical_crossentropy") == "class-numbers");
  CHECK(Situation().layer(10, "sigmoid").classes(10).said("bce") == "two-classes-only");
  CHECK(Situation().layer(2, "sigmoid").classes(2).said("bce") == "two-classes-only");
  Table ignoring;
  ignoring.set("type", sparse);
  ignoring.set("ignore_class", 255);
  CHECK(Situation().layer(3, "softmax").classes(256).said(ignoring).empty());
}

TEST_CASE("a threshold of one half means nothing on logits") {
  CHECK(Situation().layer(1).classes(2).metric("accuracy").said(with_logits("bce")) == "(threshold-on-logits)");
  CHECK(Situation().layer(1).classes(2).metric("precision").said(with_logits("bce")) == "(threshold-on-logits)");
  CHECK(Situation().layer(3).classes(3).metric("accuracy").said(with_logits(sparse)).empty());
  CHECK(Situation().layer(1, "sigmoid").classes(2).metric("accuracy").said("bce").empty());
  Table at_zero;
  at_zero.set("type", "BinaryAccuracy");
  at_zero.set("threshold", 0.0);
  CHECK(Situation().layer(1).classes(2).metric(at_zero).said(with_logits("bce")).empty());
}

TEST_CASE("one class of many is chosen, and several at once are judged each") {
  const auto with = [](int64_t fewest, int64_t most, const char* activation, const Setting& loss) {
    return Situation().layer(3, activation).columns(3).ones(fewest, most).said(loss);
  };
  CHECK(with(1, 1, "sigmoid", "bce") == "(exclusive-classes)");
  CHECK(with(1, 1, "linear", with_logits("bce")) == "(exclusive-classes)");
  CHECK(with(1, 1, "softmax", "categorical_crossentropy").empty());
  CHECK(with(0, 1, "sigmoid", "bce").empty());
  CHECK(with(0, 2, "sigmoid", "bce").empty());
  CHECK(with(0, 2, "softmax", "categorical_crossentropy") == "(classes-together)");
  CHECK(with(0, 2, "softmax", "mse") == "(classes-together)");
  CHECK(Situation().layer(3, "sigmoid").columns(3).said("bce").empty());
}

TEST_CASE("class numbers that begin at 1 are told from too few units") {
  Situation binary;
  binary.layer(1, "sigmoid").classes(3).samples_of_classes({0, 4, 4});
  CHECK(binary.said("bce") == "two-classes-only");
  CHECK(binary.help().starts_with("subtract 1"));
  Situation sparse_of_two;
  sparse_of_two.layer(2, "softmax").classes(3).samples_of_classes({0, 4, 4});
  CHECK(sparse_of_two.said(sparse) == "too-few-units");
  CHECK(sparse_of_two.help().starts_with("subtract 1"));
  Situation all;
  all.layer(2, "softmax").classes(3).samples_of_classes({4, 4, 4});
  CHECK(all.said(sparse) == "too-few-units");
  CHECK(!all.help().starts_with("subtract 1"));
}
