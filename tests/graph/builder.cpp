// Building, checking and printing graphs.
#include "graph/builder.h"

#include <catch2/catch_test_macros.hpp>

#include "graph/ops.h"
#include "graph/print.h"
#include "graph/verify.h"

namespace dltrain::test {

namespace {

using graph::Value;

struct Bench {
  graph::Graph graph;
  graph::StateTable states;
  graph::Builder b{graph, states, true};

  Value input(const char* name, Shape shape) {
    return b.input(name, graph::InputKind::data, {DType::f32, std::move(shape)});
  }
};

Component zeros() { return {"initializer", "zeros", {}, {}}; }

}  // namespace

TEST_CASE("inputs are made once") {
  Bench bench;
  const Value x = bench.input("x", {2});
  CHECK(bench.input("x", {2}) == x);
  CHECK(bench.graph.inputs.size() == 1);
  CHECK_THROWS_AS(bench.input("x", {3}), Bug);
  CHECK(bench.b.dtype(bench.b.scalar_input(graph::scalar::step)) == DType::i64);
  CHECK(bench.b.dtype(bench.b.scalar_input(graph::scalar::learning_rate)) == DType::f32);
}

TEST_CASE("weights are named by their scope and know their options") {
  Bench bench;
  Value kernel;
  {
    const auto block = bench.b.scope("block", "", {}, {.trainable = false, .learning_rate_factor = 0.1});
    const auto layer = bench.b.scope("dense");
    kernel = bench.b.weight("kernel", {3, 2}, zeros());
    bench.b.buffer("mean", {2}, zeros());
  }
  CHECK(bench.b.path().empty());
  const graph::StateInfo& info = *bench.states.find("block/dense/kernel");
  CHECK_FALSE(info.trainable);
  CHECK(info.learning_rate_factor == 0.1);
  CHECK(info.owner == "block/dense");
  CHECK(info.type.text() == "float32[3, 2]");
  CHECK(bench.states.find("block/dense/mean")->role == graph::StateRole::buffer);
  CHECK(bench.graph.input("block/dense/kernel")->value == kernel);
}

TEST_CASE("a weight that is asked for twice is shared, but not in two shapes") {
  Bench bench;
  const Value first = bench.b.weight("kernel", {3}, zeros());
  CHECK(bench.b.weight("kernel", {3}, zeros()) == first);
  CHECK_THROWS_AS(bench.b.weight("kernel", {4}, zeros()), Bug);
}

TEST_CASE("a state that was set reads as its new value") {
  Bench bench;
  const graph::StateInfo info{"counter", {DType::f32, {}}};
  const Value old = bench.b.state(info);
  const Value fresh = graph::add(bench.b, old, 1);
  bench.b.set_state("counter", fresh);
  CHECK(bench.b.state(info) == fresh);
  const Value newest = graph::add(bench.b, fresh, 1);
  bench.b.set_state("counter", newest);
  REQUIRE(bench.graph.outputs.size() == 1);
  CHECK(bench.graph.outputs[0].value == newest);
  CHECK_THROWS_AS(bench.b.set_state("counter", bench.input("x", {2})), Bug);
  CHECK_THROWS_AS(bench.b.set_state("unknown", newest), Bug);
}

TEST_CASE("buffers change in training only") {
  graph::Graph graph;
  graph::StateTable states;
  graph::Builder inference(graph, states, false);
  const Value mean = inference.buffer("mean", {2}, zeros());
  inference.update_buffer("mean", graph::neg(inference, mean));
  CHECK(graph.outputs.empty());
}

TEST_CASE("random streams depend on scope and purpose only") {
  Bench one, other;
  other.input("x", {3});
  const auto stream = [](graph::Builder& b, const char* scope, const char* purpose) {
    const auto inner = b.scope(scope);
    return b.random_stream(purpose);
  };
  CHECK(stream(one.b, "a", "mask") == stream(other.b, "a", "mask"));
  CHECK(stream(one.b, "a", "mask") != stream(one.b, "b", "mask"));
  CHECK(stream(one.b, "a", "mask") != stream(one.b, "a", "noise"));
}

TEST_CASE("our own mistakes are bugs, not messages to users") {
  Bench bench;
  CHECK_THROWS_AS(bench.b.emit("no such op", {}), Bug);
  CHECK_THROWS_AS(graph::neg(bench.b, Value{}), Bug);
  CHECK_THROWS_AS(bench.b.emit("neg", {bench.input("x", {1}), bench.input("x", {1})}), Bug);
  bench.b.set_result("y", bench.input("x", {1}));
  CHECK_THROWS_AS(bench.b.set_result("y", bench.input("x", {1})), Bug);
}

TEST_CASE("functions that would change nothing emit nothing") {
  Bench bench;
  const Value x = bench.input("x", {2, 3});
  CHECK(graph::reshape(bench.b, x, {2, -1}) == x);
  CHECK(graph::transpose(bench.b, x, {0, 1}) == x);
  CHECK(graph::cast(bench.b, x, DType::f32) == x);
  CHECK(graph::slice(bench.b, x, {0, 0}, {2, 3}) == x);
  CHECK(graph::pad(bench.b, x, {0, 0}, {0, 0}) == x);
  CHECK(graph::concat(bench.b, {x}, 0) == x);
  CHECK(graph::broadcast_to(bench.b, x, {2, 3}) == x);
  CHECK(graph::sum_to(bench.b, x, {2, 3}) == x);
  CHECK(bench.graph.nodes.size() == 1);
}

TEST_CASE("a graph prints one line a node") {
  Bench bench;
  const Value x = bench.input("x", {32, 3});
  {
    const auto scope = bench.b.scope("dense");
    const Value y = graph::matmul(bench.b, x, bench.b.weight("kernel", {3, 2}, zeros()));
    bench.b.set_result("y", graph::elu(bench.b, y, 0.5));
  }
  CHECK(graph::print(bench.graph) ==
        "%0 = input {name=x} : float32[32, 3]\n"
        "%1 = input {name=dense/kernel} : float32[3, 2]  # dense\n"
        "%2 = matmul(%0, %1) {transpose_x=false, transpose_y=false} : float32[32, 2]  # dense\n"
        "%3 = elu(%2) {alpha=0.5} : float32[32, 2]  # dense\n"
        "result y = %3\n");
}

TEST_CASE("the verifier names the first thing that is wrong") {
  Bench bench;
  const Value x = bench.input("x", {2, 3});
  bench.b.set_result("y", graph::exp(bench.b, x));
  CHECK(graph::violation(bench.graph).empty());

  graph::Graph backwards = bench.graph;
  backwards.nodes[1].inputs[0] = {1, 0};
  CHECK(graph::violation(backwards) == "node %1 (exp) reads a value that does not stand above it");

  graph::Graph mistyped = bench.graph;
  mistyped.nodes[1].outputs[0].shape = {3, 2};
  CHECK(graph::violation(mistyped) == "node %1 (exp) has other types than its op infers");

  graph::Graph dangling = bench.graph;
  dangling.outputs[0].value = {7, 0};
  CHECK(graph::violation(dangling) == "output \"y\" does not exist");

  graph::Graph doubled = bench.graph;
  doubled.outputs.push_back(doubled.outputs[0]);
  CHECK(graph::violation(doubled) == "two outputs are called \"y\"");
  CHECK_THROWS_AS(graph::verify(doubled, "here"), Bug);
}

TEST_CASE("attributes are sorted, typed and comparable") {
  const graph::Attributes a = {{"b", int64_t{1}}, {"a", 0.5}};
  const graph::Attributes same = {{"a", 0.5}, {"b", int64_t{1}}};
  CHECK(a == same);
  CHECK(a.entries()[0].first == "a");
  CHECK(a.real("a") == 0.5);
  CHECK(a.integer("b") == 1);
  CHECK_THROWS_AS(a.real("b"), Bug);
  CHECK_THROWS_AS(a.integer("c"), Bug);
  CHECK(a.get_or<bool>("c", true));
  CHECK(a.text() == "{a=0.5, b=1}");
  CHECK(graph::Attributes().text().empty());
}

}  // namespace dltrain::test
