#include "backends/fuse/narrow.h"

#include <algorithm>
#include <set>
#include <string>

#include "graph/infer.h"
#include "graph/ops.h"
#include "graph/rewrite.h"

namespace dltrain::backends {

using graph::Builder;
using graph::Graph;
using graph::Node;
using graph::Value;

namespace {

bool is_narrow(DType dtype) { return graph::wide_dtype(dtype) != dtype; }

// The narrow dtype that a node reads or gives; nothing if it has none.
std::optional<DType> narrow_dtype(const Graph& graph, const Node& node) {
  for (const graph::ValueType& output : node.outputs) {
    if (is_narrow(output.dtype)) return output.dtype;
  }
  for (const Value input : node.inputs) {
    if (is_narrow(graph.type(input).dtype)) return graph.type(input).dtype;
  }
  return std::nullopt;
}

bool only_moves(const Node& node) {
  static const std::set<std::string> ops = {"transpose", "reshape", "slice", "concat", "broadcast_to"};
  return ops.contains(node.op->name);
}

// Writes the wide meaning of a composite into a graph, narrow where it may be.
class Writer {
 public:
  Writer(Builder& b, DType narrow) : b_(b), narrow_(narrow) {}

  // The outputs of `node`, whose meaning is `meaning`: its inputs first, its results in order.
  std::vector<Value> write(const Node& node, const Graph& meaning) {
    for (const Value input : node.inputs) twins_.push_back({is_exact(input) ? Twin{{}, input} : Twin{input, {}}});
    for (size_t i = node.inputs.size(); i < meaning.nodes.size(); ++i) add(meaning.nodes[i]);
    std::vector<Value> outputs;
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      Twin& twin = of(meaning.outputs[i].value);
      outputs.push_back(is_narrow(node.outputs[i].dtype) ? narrowed(twin) : widened(twin));
    }
    return outputs;
  }

 private:
  // A value in the graph: wide, or narrow without having been rounded for it, or both.
  struct Twin {
    Value wide, narrow;
  };

  bool is_exact(Value value) const { return b_.dtype(value) == narrow_; }
  Twin& of(Value value) { return twins_[static_cast<size_t>(value.node)][static_cast<size_t>(value.output)]; }

  Value widened(Twin& twin) {
    if (!twin.wide.valid()) twin.wide = graph::cast(b_, twin.narrow, graph::wide_dtype(narrow_));
    return twin.wide;
  }
  Value narrowed(Twin& twin) {
    if (!twin.narrow.valid()) twin.narrow = graph::cast(b_, twin.wide, narrow_);
    return twin.narrow;
  }

  void add(const Node& node) {
    graph::Attributes attributes = node.attributes;
    const bool is_product = node.op->name == "matmul";
    const bool moves = only_moves(node) && std::all_of(node.inputs.begin(), node.inputs.end(),
                                                       [&](Value input) { return of(input).narrow.valid(); });
    if (is_product) attributes.set("result", node.outputs[0].dtype);
    std::vector<Value> inputs;
    for (const Value input : node.inputs)
      inputs.push_back(is_product || moves ? narrowed(of(input)) : widened(of(input)));
    std::vector<Twin> outputs;
    for (const Value value : b_.emit_all(node.op->name, std::move(inputs), std::move(attributes)))
      outputs.push_back(moves ? Twin{{}, value} : Twin{value, {}});
    twins_.push_back(std::move(outputs));
  }

  Builder& b_;
  DType narrow_;
  std::vector<std::vector<Twin>> twins_;  // [node of the meaning][output]
};

// What a composite computes if everything is wide: a graph that begins with its inputs.
Graph wide_meaning(const Graph& graph, const Node& node, const std::function<bool(const Graph&, const Node&)>& wanted) {
  Graph meaning;
  graph::StateTable states;
  Builder b(meaning, states, false);
  std::vector<Value> inputs;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    graph::ValueType type = graph.type(node.inputs[i]);
    type.dtype = graph::wide_dtype(type.dtype);
    inputs.push_back(b.input(std::to_string(i), graph::InputKind::data, type));
  }
  const std::vector<Value> outputs = b.emit_all(node.op->name, inputs, node.attributes);
  for (size_t i = 0; i < outputs.size(); ++i) b.set_result(std::to_string(i), outputs[i]);
  return graph::expand(meaning, wanted);
}

}  // namespace

Graph expand_narrow(const Graph& graph, const std::function<bool(const Graph&, const Node&)>& wanted) {
  return graph::rewrite(graph, [&](Builder& b, const Node& node, size_t) -> std::optional<std::vector<Value>> {
    const std::optional<DType> narrow = narrow_dtype(b.graph(), node);
    if (!narrow || node.op->expand == nullptr || !wanted(b.graph(), node)) return std::nullopt;
    return Writer(b, *narrow).write(node, wide_meaning(b.graph(), node, wanted));
  });
}

Graph round_weights(const Graph& graph) {
  return graph::rewrite(graph, [](Builder& b, const Node& node, size_t) -> std::optional<std::vector<Value>> {
    if (node.op->name != "matmul" || b.dtype(node.inputs[0]) == b.dtype(node.inputs[1])) return std::nullopt;
    const Value rounded = graph::cast(b, node.inputs[1], b.dtype(node.inputs[0]));
    return b.emit_all(node.op->name, {node.inputs[0], rounded}, node.attributes);
  });
}

}  // namespace dltrain::backends
