// Which values the named parts of a wish do not keep.
#include <algorithm>

#include "graph/op.h"
#include "graph/passes/forward_part.h"

namespace dltrain::graph {

namespace {

bool lies_in(const std::string& path, const std::vector<std::string>& layers) {
  return std::any_of(layers.begin(), layers.end(), [&](const std::string& layer) {
    return path == layer || (path.starts_with(layer) && path[layer.size()] == '/');
  });
}

// The forward nodes of these layers, by their numbers.
std::vector<bool> nodes_of(const ForwardPart& forward, const std::vector<std::string>& layers) {
  std::vector<bool> own(static_cast<size_t>(forward.end()), false);
  for (const ForwardValue& value : forward.values()) {
    const auto node = static_cast<size_t>(value.value.node);
    own[node] = lies_in(forward.graph().scope(forward.graph().nodes[node]).path, layers);
  }
  return own;
}

// Whether these layers have a forward node, be it a view only. What is computed along with another layer has none.
bool has_nodes(const ForwardPart& forward, const std::vector<std::string>& layers) {
  const Graph& graph = forward.graph();
  for (int32_t i = 0; i < forward.end(); ++i) {
    const Node& node = graph.nodes[static_cast<size_t>(i)];
    if (node.op->name != "input" && lies_in(graph.scope(node).path, layers)) return true;
  }
  return false;
}

// Values of these nodes that other forward nodes read.
ValueSet results_of(const ForwardPart& forward, const std::vector<bool>& own) {
  ValueSet results;
  for (int32_t i = 0; i < forward.end(); ++i) {
    const Node& node = forward.graph().nodes[static_cast<size_t>(i)];
    if (node.op->view || own[static_cast<size_t>(i)]) continue;
    for (const Value input : node.inputs) {
      const Value read = forward.root(input);
      if (own[static_cast<size_t>(read.node)]) results.insert(read);
    }
  }
  return results;
}

ValueSet dropped_by(const ForwardPart& forward, const RecomputePart& part) {
  const std::vector<bool> own = nodes_of(forward, has_nodes(forward, part.layers) ? part.layers : part.instead);
  const ValueSet kept = part.keeps_results ? results_of(forward, own) : ValueSet();
  ValueSet dropped;
  bool saves = false;
  for (const ForwardValue& value : forward.values()) {
    if (!own[static_cast<size_t>(value.value.node)] || value.is_result || kept.contains(value.value)) continue;
    if (value.is_read_backward && forward.is_small(value)) continue;
    saves = saves || value.is_read_backward;
    dropped.insert(value.value);
  }
  return saves ? dropped : ValueSet();
}

}  // namespace

ValueSet dropped_by_parts(const ForwardPart& forward, const std::vector<RecomputePart>& parts,
                          std::vector<std::string>& without_effect) {
  ValueSet all;
  for (const RecomputePart& part : parts) {
    const ValueSet dropped = dropped_by(forward, part);
    if (dropped.empty()) without_effect.push_back(part.name);
    all.insert(dropped.begin(), dropped.end());
  }
  return all;
}

}  // namespace dltrain::graph
