#include <chrono>

#include "graph/passes.h"
#include "graph/verify.h"

namespace dltrain::graph {

Graph run_passes(Graph graph, const std::vector<Pass>& passes, const std::set<std::string>& disabled,
                 std::vector<PassReport>* reports) {
  // The whole graph is inferred again; of a large one only what all passes have made of it.
  constexpr size_t many_nodes = 2000;
  for (const Pass& pass : passes) {
    if (disabled.contains(pass.name)) continue;
    const auto start = std::chrono::steady_clock::now();
    const size_t before = graph.nodes.size();
    graph = pass.run(graph);
    if (before < many_nodes) verify(graph, "after pass " + pass.name);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    if (reports != nullptr) reports->push_back({pass.name, before, graph.nodes.size(), taken.count()});
  }
  if (graph.nodes.size() >= many_nodes) verify(graph, "after all passes");
  return graph;
}

std::vector<Pass> general_passes() {
  return {{"fold-constants", "computes what depends on constants only", fold_constants},
          {"simplify", "removes arithmetic and reshaping without effect", simplify},
          {"common-subexpressions", "computes equal things once", merge_common_subexpressions},
          {"dead-code", "removes what no output needs", remove_dead_code}};
}

}  // namespace dltrain::graph
