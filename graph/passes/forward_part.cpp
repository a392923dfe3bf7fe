#include "graph/passes/forward_part.h"

#include <algorithm>

#include "graph/op.h"

namespace dltrain::graph {

namespace {

// Behind the loss, and behind the metrics, which read the outputs as well.
int32_t end_of_forward(const Graph& graph) {
  const Output* loss = graph.output("loss");
  if (loss == nullptr || loss->is_state) return 0;
  int32_t end = loss->value.node + 1;
  for (auto i = static_cast<int32_t>(graph.nodes.size()) - 1; i >= end; --i) {
    const std::string& path = graph.scope(graph.nodes[static_cast<size_t>(i)]).path;
    if (path == "metrics" || path.starts_with("metrics/")) end = i + 1;
  }
  return end;
}

}  // namespace

ForwardPart::ForwardPart(const Graph& graph) : graph_(graph), end_(end_of_forward(graph)) {
  const auto count = static_cast<int32_t>(graph.nodes.size());
  for (int32_t i = 0; i < end_; ++i) {
    const Node& node = graph.nodes[static_cast<size_t>(i)];
    index_.emplace_back(node.outputs.size(), -1);
    if (node.op->name == "input" || node.op->view) continue;
    for (size_t o = 0; o < node.outputs.size(); ++o) {
      index_.back()[o] = static_cast<int32_t>(values_.size());
      values_.push_back({{i, static_cast<int32_t>(o)}, node.outputs[o].bytes()});
      largest_ = std::max(largest_, values_.back().bytes);
    }
  }
  for (int32_t i = 0; i < count; ++i) {
    const Node& node = graph.nodes[static_cast<size_t>(i)];
    if (node.op->view) continue;
    for (const Value input : node.inputs) note_read(input, i);
  }
  for (const Output& output : graph.outputs) note_read(output.value, count);
}

void ForwardPart::note_read(Value value, int32_t reader) {
  const Value read = root(value);
  if (find(read) == nullptr) return;
  ForwardValue& known =
      values_[static_cast<size_t>(index_[static_cast<size_t>(read.node)][static_cast<size_t>(read.output)])];
  if (reader == static_cast<int32_t>(graph_.nodes.size())) known.is_result = true;
  else if (reader < end_) known.last_forward_read = std::max(known.last_forward_read, reader);
  else known.is_read_backward = true;
}

Value ForwardPart::root(Value value) const {
  while (graph_.node(value).op->view) value = graph_.node(value).inputs[0];
  return value;
}

const ForwardValue* ForwardPart::find(Value root) const {
  if (root.node >= end_) return nullptr;
  const int32_t index = index_[static_cast<size_t>(root.node)][static_cast<size_t>(root.output)];
  return index < 0 ? nullptr : &values_[static_cast<size_t>(index)];
}

}  // namespace dltrain::graph
