#include <algorithm>
#include <map>

#include "graph/passes.h"
#include "graph/rewrite.h"

namespace dltrain::graph {

namespace {

// Two nodes with equal keys compute the same.
struct Key {
  const Op* op;
  std::vector<Value> inputs;
  std::string attributes;
  std::vector<ValueType> outputs;

  bool operator<(const Key& other) const {
    if (op != other.op) return std::less<const Op*>()(op, other.op);
    if (inputs != other.inputs) return inputs < other.inputs;
    return attributes < other.attributes;
  }
};

}  // namespace

Graph merge_common_subexpressions(const Graph& graph) {
  std::map<Key, std::vector<std::pair<Attributes, std::vector<Value>>>> known;
  return rewrite(graph, [&](Builder& builder, const Node& node, size_t) -> std::optional<std::vector<Value>> {
    Key key{node.op, node.inputs, node.attributes.text(), {}};
    if (node.op->commutative) std::sort(key.inputs.begin(), key.inputs.end());
    auto& same = known[key];
    for (const auto& [attributes, outputs] : same) {
      if (attributes == node.attributes) return outputs;  // texts of long lists are shortened: compare in full
    }
    same.emplace_back(node.attributes, builder.emit_all(node.op->name, node.inputs, node.attributes));
    return same.back().second;
  });
}

}  // namespace dltrain::graph
