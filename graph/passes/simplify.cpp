#include <numeric>
#include <utility>

#include "graph/infer.h"
#include "graph/ops.h"
#include "graph/passes.h"
#include "graph/rewrite.h"

namespace dltrain::graph {

namespace {

// The value is a constant with this number everywhere.
bool is_full_of(const Graph& graph, Value value, double number) {
  const Node& node = graph.node(value);
  return node.op->name == "full" && node.attributes.real("value") == number;
}

std::optional<Value> simpler_binary(const Builder& b, const Node& node) {
  const std::string& op = node.op->name;
  const Value x = node.inputs[0];
  const Value y = node.inputs[1];
  const auto keeps = [&](Value kept) { return b.type(kept) == node.outputs[0]; };
  if ((op == "add" || op == "sub") && is_full_of(b.graph(), y, 0) && keeps(x)) return x;
  if (op == "add" && is_full_of(b.graph(), x, 0) && keeps(y)) return y;
  if ((op == "mul" || op == "div") && is_full_of(b.graph(), y, 1) && keeps(x)) return x;
  if (op == "mul" && is_full_of(b.graph(), x, 1) && keeps(y)) return y;
  return std::nullopt;
}

// What was broadcast by hand before an op that broadcasts by itself: the same op on what is smaller. Nothing if its
// result would get smaller too.
std::optional<Value> without_broadcasts(Builder& b, const Node& node) {
  std::vector<Value> inputs = node.inputs;
  for (Value& input : inputs) {
    const Node& spread = b.graph().node(input);
    if (spread.op->name != "broadcast_to") continue;
    const Value whole = std::exchange(input, spread.inputs[0]);
    std::vector<ValueType> types;
    for (const Value each : inputs) types.push_back(b.type(each));
    if (node.op->infer({types, node.attributes}) != node.outputs) input = whole;
  }
  if (inputs == node.inputs) return std::nullopt;
  return b.emit(node.op->name, std::move(inputs), node.attributes);
}

bool is_identity(const std::vector<int64_t>& permutation) {
  for (size_t i = 0; i < permutation.size(); ++i) {
    if (permutation[i] != static_cast<int64_t>(i)) return false;
  }
  return true;
}

std::optional<Value> simpler_transpose(Builder& b, const Node& node) {
  const auto& outer = node.attributes.integers("permutation");
  if (is_identity(outer)) return node.inputs[0];
  const Node inner = b.graph().node(node.inputs[0]);
  if (inner.op->name != "transpose") return std::nullopt;
  const auto& first = inner.attributes.integers("permutation");
  std::vector<int64_t> both(outer.size());
  for (size_t i = 0; i < outer.size(); ++i) both[i] = first[static_cast<size_t>(outer[i])];
  return is_identity(both) ? inner.inputs[0] : transpose(b, inner.inputs[0], both);
}

std::optional<Value> simpler_reshape(Builder& b, const Node& node) {
  if (b.type(node.inputs[0]) == node.outputs[0]) return node.inputs[0];
  const Node inner = b.graph().node(node.inputs[0]);
  if (inner.op->name != "reshape") return std::nullopt;
  if (b.type(inner.inputs[0]) == node.outputs[0]) return inner.inputs[0];
  return reshape(b, inner.inputs[0], node.outputs[0].shape);
}

// A sum that is rounded and widened again: given in the wide dtype at once. Nothing if somebody else reads it. `uses`
// and `old` are of the graph before.
std::optional<Value> wide_sum(Builder& b, const Node& node, const Node& old, const Graph& graph,
                              const std::vector<std::vector<int>>& uses) {
  const DType wide = node.outputs[0].dtype;
  const DType narrow = b.dtype(node.inputs[0]);
  if (narrow == wide || wide_dtype(narrow) != wide) return std::nullopt;
  const auto is_only_reader = [&](Value value) {
    return uses[static_cast<size_t>(value.node)][static_cast<size_t>(value.output)] == 1;
  };
  Value read = old.inputs[0], now = node.inputs[0];
  const bool reshaped = graph.node(read).op->name == "reshape" && b.graph().node(now).op->name == "reshape";
  if (!is_only_reader(read)) return std::nullopt;
  if (reshaped) {
    read = graph.node(read).inputs[0];
    now = b.graph().node(now).inputs[0];
    if (!is_only_reader(read)) return std::nullopt;
  }
  const Node sum = b.graph().node(now);
  if (!sum.op->has_result || graph.node(read).op != sum.op) return std::nullopt;
  Attributes attributes = sum.attributes;
  attributes.set("result", wide);
  const auto scope = b.scope_of(sum);
  const Value result = b.emit(sum.op->name, sum.inputs, std::move(attributes));
  return reshaped ? reshape(b, result, node.outputs[0].shape) : result;
}

}  // namespace

Graph simplify(const Graph& graph) {
  const auto uses = graph.use_counts();
  return rewrite(graph, [&](Builder& b, const Node& node, size_t index) -> std::optional<std::vector<Value>> {
    std::optional<Value> simpler;
    if (node.op->name == "transpose") simpler = simpler_transpose(b, node);
    else if (node.op->name == "reshape") simpler = simpler_reshape(b, node);
    else if (node.op->name == "stop_gradient") simpler = node.inputs[0];
    else if (node.op->name == "cast") simpler = wide_sum(b, node, graph.nodes[index], graph, uses);
    else if (node.inputs.size() == 2 && node.op->elementwise) simpler = simpler_binary(b, node);
    // Composites are left alone: their parts need not broadcast.
    if (!simpler && node.inputs.size() >= 2 && node.op->elementwise && node.op->expand == nullptr)
      simpler = without_broadcasts(b, node);
    if (!simpler) return std::nullopt;
    return std::vector<Value>{*simpler};
  });
}

}  // namespace dltrain::graph
