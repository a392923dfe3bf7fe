// Memory plans of random graphs and of small ones whose answer is known.
#include "graph/memory_plan.h"

#include <catch2/catch_test_macros.hpp>

#include "core/random.h"
#include "graph/op.h"
#include "graph/ops.h"
#include "tests/support/random_graph.h"

namespace dltrain::test {

namespace {

using graph::NodeMemory;
using graph::Placement;
using graph::Value;

constexpr int64_t row_bytes = 64 * 8;

// Scratch for some nodes, and in-place pairs where sizes are equal, for most.
std::vector<NodeMemory> random_needs(const graph::Graph& graph, uint64_t seed) {
  const RandomStream random(seed, 2);
  std::vector<NodeMemory> needs(graph.nodes.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const graph::Node& node = graph.nodes[i];
    if (node.op->name == "input" || node.op->view) continue;
    if (random.below(3, 0, i) == 0) needs[i].scratch_bytes = static_cast<int64_t>(random.below(500, 1, i)) + 1;
    if (random.below(4, 2, i) == 0) continue;
    for (size_t o = 0; o < node.outputs.size(); ++o) {
      for (size_t k = 0; k < node.inputs.size(); ++k) {
        const bool fits = graph.type(node.inputs[k]).bytes() == node.outputs[o].bytes();
        if (fits) needs[i].in_place.emplace_back(static_cast<int>(k), static_cast<int>(o));
      }
    }
  }
  return needs;
}

// A builder with its graph.
struct Bench {
  graph::Graph graph;
  graph::StateTable states;
  graph::Builder b{graph, states, true, DType::f64};

  Value input(const char* name) { return b.input(name, graph::InputKind::data, {DType::f64, {64}}); }
  Value state(const char* name) { return b.state({name, {DType::f64, {64}}}); }
  // Every node may write over any of its inputs.
  graph::MemoryPlan plan(bool in_place) const {
    std::vector<NodeMemory> needs(graph.nodes.size());
    for (size_t i = 0; in_place && i < graph.nodes.size(); ++i) {
      for (size_t k = 0; k < graph.nodes[i].inputs.size(); ++k) needs[i].in_place.emplace_back(static_cast<int>(k), 0);
    }
    return graph::plan_memory(graph, needs);
  }
};

}  // namespace

TEST_CASE("no two live buffers overlap") {
  int64_t arena = 0, sum = 0;
  for (uint64_t seed = 0; seed < 500; ++seed) {
    const graph::Graph graph = random_graph(seed, 5 + static_cast<int>(seed % 50));
    const std::vector<NodeMemory> needs = random_needs(graph, seed);
    const graph::MemoryPlan plan = graph::plan_memory(graph, needs);
    INFO("seed " << seed);
    CHECK(graph::overlap(graph, needs, plan) == "");
    CHECK(plan.arena_bytes <= plan.sum_bytes);
    arena += plan.arena_bytes;
    sum += plan.sum_bytes;
    for (const auto& outputs : plan.values) {
      for (const Placement& placement : outputs) {
        if (placement.kind == Placement::Kind::arena) CHECK(placement.offset % graph::alignment == 0);
      }
    }
  }
  CHECK(arena < sum / 2);
}

TEST_CASE("the checker sees an overlap") {
  Bench bench;
  const Value x = bench.input("x");
  const Value y = graph::tanh(bench.b, x);
  const Value z = graph::neg(bench.b, y);
  bench.b.set_result("y", y);
  bench.b.set_result("z", z);
  const std::vector<NodeMemory> needs(bench.graph.nodes.size());
  graph::MemoryPlan plan = graph::plan_memory(bench.graph, needs);
  CHECK(graph::overlap(bench.graph, needs, plan) == "");
  plan.values[2][0].offset = plan.values[1][0].offset;
  CHECK(graph::overlap(bench.graph, needs, plan) != "");
}

TEST_CASE("a chain needs two buffers, or one in place") {
  Bench bench;
  Value x = bench.input("x");
  for (int i = 0; i < 10; ++i) x = graph::tanh(bench.b, x);
  bench.b.set_result("y", x);
  CHECK(bench.plan(false).arena_bytes == 2 * row_bytes);
  CHECK(bench.plan(true).arena_bytes == row_bytes);
  CHECK(bench.plan(false).sum_bytes == 10 * row_bytes);
}

TEST_CASE("what is read later is not written over") {
  Bench bench;
  const Value x = graph::tanh(bench.b, bench.input("x"));
  const Value y = graph::neg(bench.b, x);
  bench.b.set_result("z", graph::add(bench.b, x, y));
  CHECK(bench.plan(true).arena_bytes == 2 * row_bytes);
}

TEST_CASE("a new value is computed in the place of its state") {
  Bench bench;
  const Value old = bench.state("w");
  bench.b.set_state("w", graph::add(bench.b, old, bench.input("x")));
  CHECK(bench.plan(true).copies.empty());
  CHECK(bench.plan(true).arena_bytes == 0);
  // A kernel that cannot write over its input needs a buffer, and a copy at the end.
  CHECK(bench.plan(false).copies.size() == 1);
  CHECK(bench.plan(false).arena_bytes == row_bytes);
}

TEST_CASE("a state that is read after its new value is known is copied at the end") {
  Bench bench;
  const Value old = bench.state("w");
  const Value fresh = graph::tanh(bench.b, bench.input("x"));
  bench.b.set_state("w", fresh);
  bench.b.set_result("change", graph::sub(bench.b, fresh, old));
  const graph::MemoryPlan plan = bench.plan(true);
  CHECK(plan.copies.size() == 1);
  CHECK(plan.saves.empty());
}

TEST_CASE("an old value that is a result is set aside") {
  Bench bench;
  const Value old = bench.state("w");
  bench.b.set_state("w", graph::tanh(bench.b, bench.input("x")));
  bench.b.set_result("before", old);
  const graph::MemoryPlan plan = bench.plan(true);
  REQUIRE(plan.saves.size() == 1);
  CHECK(plan.saves[0].state == "w");
  CHECK(plan.copies.empty());
  CHECK(plan.values[static_cast<size_t>(old.node)][0].kind == Placement::Kind::arena);
}

TEST_CASE("states that are exchanged keep both values") {
  Bench bench;
  const Value first = bench.state("first");
  const Value second = bench.state("second");
  bench.b.set_state("first", second);
  bench.b.set_state("second", first);
  const graph::MemoryPlan plan = bench.plan(true);
  CHECK(plan.saves.size() == 2);
  CHECK(plan.copies.size() == 2);
}

TEST_CASE("views take no memory, and what nobody reads is nowhere") {
  Bench bench;
  const Value x = graph::tanh(bench.b, bench.input("x"));
  const Value view = graph::reshape(bench.b, x, {8, 8});
  graph::neg(bench.b, x);
  bench.b.set_result("y", view);
  const graph::MemoryPlan plan = bench.plan(false);
  CHECK(plan.arena_bytes == row_bytes);
  CHECK(plan.values[1][0].offset == plan.values[2][0].offset);
  CHECK(plan.values[3][0].kind == Placement::Kind::nowhere);
}

}  // namespace dltrain::test
