// Passes: named rewritings that keep the meaning of a graph. Each can be switched off by name and is verified
// afterwards.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace dltrain::graph {

struct Pass {
  std::string name;
  std::string doc;
  std::function<Graph(const Graph&)> run;
};

struct PassReport {
  std::string name;
  size_t nodes_before = 0;
  size_t nodes_after = 0;
  double seconds = 0;
};

// Runs the passes in order, except those in `disabled`. A Bug that names the pass if one breaks the graph.
Graph run_passes(const Graph& graph, const std::vector<Pass>& passes, const std::set<std::string>& disabled,
                 std::vector<PassReport>* reports = nullptr);

// The passes for every backend, in order: fold-constants, simplify, common-subexpressions, dead-code.
std::vector<Pass> general_passes();

Graph remove_dead_code(const Graph& graph);           // nodes that no output needs; unread inputs stay
Graph merge_common_subexpressions(const Graph& graph);  // equal ops of equal inputs become one
Graph fold_constants(const Graph& graph);             // arithmetic on constants
Graph simplify(
    const Graph&
        graph);  // x + 0, x * 1, views of views, transposes that undo each other, broadcasts of an op that broadcasts itself

}  // namespace dltrain::graph
