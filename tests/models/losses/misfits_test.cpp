// What losses say to targets and predictions that do not fit.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "graph/ops.h"
#include "models/losses/reduction.h"
#include "tests/models/components.h"

using namespace dltrain;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string complaint(const Setting& loss, Shape target, Shape prediction, DType target_dtype = DType::f32) {
  graph::Graph graph;
  graph::StateTable states;
  graph::Builder b(graph, states, true);
  const auto scope = b.scope("dense", "loss of output \"dense\"");
  const graph::Value y = b.input("y", graph::InputKind::data, {target_dtype, std::move(target)});
  const graph::Value p = b.input("p", graph::InputKind::data, {DType::f32, std::move(prediction)});
  try {
    models::make_loss(test::component_of("loss", loss))->build(b, y, p);
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("targets are not broadcast against predictions") {
  const std::string text = complaint("mse", {32, 1}, {32, 3});
  CHECK_THAT(text, ContainsSubstring("loss of output \"dense\""));
  CHECK_THAT(text, ContainsSubstring("compares value by value"));
  CHECK_THAT(text, ContainsSubstring("[1]"));
  CHECK_THAT(text, ContainsSubstring("[3]"));
  CHECK(complaint("mse", {32}, {32, 1}).empty());
  CHECK(complaint("mse", {32, 5}, {32, 5, 1}).empty());
  CHECK(complaint("mse", {32, 1}, {32}).empty());
}

TEST_CASE("one-hot losses offer the sparse one for class numbers, and the other way round") {
  CHECK_THAT(complaint("categorical_crossentropy", {32}, {32, 3}, DType::i64),
             ContainsSubstring("SparseCategoricalCrossentropy"));
  CHECK_THAT(complaint("sparse_categorical_crossentropy", {32, 3}, {32, 3}),
             ContainsSubstring("use CategoricalCrossentropy"));
  CHECK_THAT(complaint("categorical_crossentropy", {32, 1}, {32, 1}), ContainsSubstring("column for each class"));
  CHECK(complaint("sparse_categorical_crossentropy", {32, 1}, {32, 3}, DType::u8).empty());
}

TEST_CASE("a prediction with too many axes points to a missing Flatten") {
  CHECK_THAT(complaint("sparse_categorical_crossentropy", {32}, {32, 8, 8, 10}, DType::i64),
             ContainsSubstring("Flatten"));
  CHECK_THAT(complaint("mse", {32, 1}, {32, 8, 8, 1}), ContainsSubstring("Flatten"));
}

TEST_CASE("an axis that a prediction has not is an error") {
  Table loss;
  loss.set("type", "SparseCategoricalCrossentropy");
  loss.set("axis", 1);
  CHECK_THAT(complaint(loss, {32, 4}, {32, 4, 3}, DType::i32), ContainsSubstring("last axis only"));
  loss.set("type", "BinaryCrossentropy");
  loss.set("axis", 3);
  CHECK_THAT(complaint(loss, {32, 4}, {32, 4}), ContainsSubstring("no axis 3"));
}

TEST_CASE("sample weights that do not fit are an error") {
  graph::Graph graph;
  graph::StateTable states;
  graph::Builder b(graph, states, true);
  const graph::Value values = b.input("v", graph::InputKind::data, {DType::f32, {8, 4}});
  const graph::Value weight = b.input("w", graph::InputKind::data, {DType::f32, {5}});
  CHECK_THROWS_AS(models::loss_sums(b, {values, {}}, models::Reduction::mean, {}, weight), UserError);
}
