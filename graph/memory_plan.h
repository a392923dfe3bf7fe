// Where every value of a graph lives: lifetimes, one arena, writing in place where that is legal.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "graph/graph.h"

namespace dltrain::graph {

// What the kernel of a node needs, beyond its inputs and outputs.
struct NodeMemory {
  int64_t scratch_bytes = 0;
  std::vector<std::pair<int, int>> in_place;  // (input, output)
};

struct Placement {
  enum class Kind {
    arena,     // at `offset`
    external,  // a data or scalar input number `index` of the graph
    state,     // the state of graph input number `index`
    nowhere,   // an output that nobody reads
  };
  Kind kind = Kind::nowhere;
  int64_t offset = 0;
  int64_t index = 0;
};

// A state and a value that one is copied to.
struct StateCopy {
  std::string state;
  Value value;
};

struct MemoryPlan {
  std::vector<std::vector<Placement>> values;  // [node][output]
  std::vector<int64_t> scratch;                // [node]: offset in the arena; -1: none
  std::vector<StateCopy> saves;  // before the run, state to value: old values that outlive their replacement
  std::vector<StateCopy> copies;  // after the run, value to state: new values that are not computed in place
  int64_t arena_bytes = 0;
  int64_t sum_bytes = 0;  // what separate buffers would take
};

constexpr int64_t alignment = 64;

// Nodes run in their order. Results stay valid until the end of the run. Deterministic.
MemoryPlan plan_memory(const Graph& graph, const std::vector<NodeMemory>& needs);

// Two buffers that are alive at the same time and overlap, in words; empty if there are none. For tests.
std::string overlap(const Graph& graph, const std::vector<NodeMemory>& needs, const MemoryPlan& plan);

}  // namespace dltrain::graph
