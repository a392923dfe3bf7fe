#include <chrono>

#include "graph/passes.h"
#include "graph/verify.h"

namespace dltrain::graph {

namespace {

Graph run(Graph graph, const std::vector<Pass>& passes, const std::set<std::string>& disabled, bool each_verified,
          std::vector<PassReport>* reports) {
  for (const Pass& pass : passes) {
    if (disabled.contains(pass.name)) continue;
    const auto start = std::chrono::steady_clock::now();
    const size_t before = graph.nodes.size();
    graph = pass.run(graph);
    if (each_verified) verify(graph, "after pass " + pass.name);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    if (reports != nullptr) reports->push_back({pass.name, before, graph.nodes.size(), taken.count()});
  }
  return graph;
}

}  // namespace

Graph run_passes(const Graph& graph, const std::vector<Pass>& passes, const std::set<std::string>& disabled,
                 std::vector<PassReport>* reports) {
  // Verifying infers the whole graph again. Outside of debug builds that is done once, and after each pass only to name
  // the one that broke the graph.
#ifdef NDEBUG
  constexpr bool each = false;
#else
  constexpr bool each = true;
#endif
  Graph result = run(graph, passes, disabled, each, reports);
  if (violation(result).empty()) return result;
  run(graph, passes, disabled, true, nullptr);
  throw Bug("a graph is illegal after all passes, and after none of them");
}

std::vector<Pass> general_passes() {
  return {{"fold-constants", "computes what depends on constants only", fold_constants},
          {"simplify", "removes arithmetic and reshaping without effect", simplify},
          {"common-subexpressions", "computes equal things once", merge_common_subexpressions},
          {"dead-code", "removes what no output needs", remove_dead_code}};
}

}  // namespace dltrain::graph
