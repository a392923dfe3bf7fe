#include "graph/recompute.h"

#include <map>
#include <numeric>

#include "graph/op.h"
#include "graph/passes/forward_part.h"

namespace dltrain::graph {

namespace {

class Repeater {
 public:
  Repeater(const ForwardPart& forward, const ValueSet& dropped)
      : forward_(forward), old_(forward.graph()), dropped_(dropped) {}

  Recomputed run() {
    result_.graph.scopes = old_.scopes;
    for (int32_t i = 0; i < static_cast<int32_t>(old_.nodes.size()); ++i) {
      const bool is_backward = i >= forward_.end();
      Node node = old_.nodes[static_cast<size_t>(i)];
      for (Value& input : node.inputs) input = is_backward ? read_again(input) : moved(input);
      place_.push_back(append(std::move(node), i, false));
    }
    for (const Input& input : old_.inputs) result_.graph.inputs.push_back({input.name, input.kind, moved(input.value)});
    for (const Output& output : old_.outputs)
      result_.graph.outputs.push_back({output.name, output.is_state, moved(output.value)});
    return std::move(result_);
  }

 private:
  int32_t append(Node node, int32_t origin, bool again) {
    result_.graph.nodes.push_back(std::move(node));
    result_.origin.push_back(origin);
    result_.again.push_back(again);
    return static_cast<int32_t>(result_.graph.nodes.size()) - 1;
  }

  Value moved(Value value) const { return {place_[static_cast<size_t>(value.node)], value.output}; }

  // The value for a reader in the backward part: the first one whom a dropped value reaches has it computed again.
  Value read_again(Value value) {
    const bool is_view = old_.node(value).op->view;
    if (!dropped_.contains(forward_.root(value)) || (is_view && value.node >= forward_.end())) return moved(value);
    const auto [known, is_new] = again_.emplace(value.node, -1);
    if (is_new) {
      Node copy = old_.node(value);
      for (Value& input : copy.inputs) input = read_again(input);
      again_[value.node] = append(std::move(copy), value.node, true);
    }
    return {again_[value.node], value.output};
  }

  const ForwardPart& forward_;
  const Graph& old_;
  const ValueSet& dropped_;
  Recomputed result_;
  std::vector<int32_t> place_;         // of each old node
  std::map<int32_t, int32_t> again_;   // of each old node that is repeated
};

Recomputed unchanged(const Graph& graph) {
  Recomputed result{graph, std::vector<int32_t>(graph.nodes.size()), std::vector<bool>(graph.nodes.size(), false), {}};
  std::iota(result.origin.begin(), result.origin.end(), 0);
  return result;
}

// Candidates are many copies of the graph: without attributes, which plans of memory do not look at, they are cheaper.
ValueSet chosen(Graph graph, const std::vector<NodeMemory>& needs, const std::vector<NodeWork>& works) {
  for (Node& node : graph.nodes) node.attributes = {};
  return choose_dropped(ForwardPart(graph), needs, works);
}

}  // namespace

Recomputed without_keeping(const ForwardPart& forward, const ValueSet& dropped) {
  return dropped.empty() ? unchanged(forward.graph()) : Repeater(forward, dropped).run();
}

Recomputed recompute(const Graph& graph, const std::vector<NodeMemory>& needs, const std::vector<NodeWork>& works,
                     const RecomputeWish& wish) {
  const ForwardPart forward(graph);
  std::vector<std::string> without_effect;
  const ValueSet dropped =
      wish.automatic ? chosen(graph, needs, works) : dropped_by_parts(forward, wish.parts, without_effect);
  Recomputed result = without_keeping(forward, dropped);
  result.without_effect = std::move(without_effect);
  return result;
}

}  // namespace dltrain::graph
