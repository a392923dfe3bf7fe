// A node moves up if it gives more memory free there than it takes: the gradient of a kernel, which is the last to read
// an activation, before that of the input, which is as large; the sum of a gradient and what was accumulated before all
// other gradients.
#include "graph/passes/release_early.h"

#include <algorithm>
#include <map>
#include <set>

#include "graph/op.h"
#include "graph/passes/forward_part.h"

namespace dltrain::graph {

namespace {

class Order {
 public:
  explicit Order(const Graph& graph) : graph_(graph), forward_(graph), place_(graph.nodes.size(), -1) {
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
      if (graph.nodes[i].op->view) continue;
      for (const Value input : graph.nodes[i].inputs) readers_[forward_.root(input)].insert(static_cast<int32_t>(i));
    }
    for (const Output& output : graph.outputs) {
      (output.is_state ? state_results_ : stays_).insert(forward_.root(output.value));
    }
  }

  // The nodes in their new order.
  std::vector<int32_t> run() {
    for (int32_t i = 0; i < static_cast<int32_t>(graph_.nodes.size()); ++i) {
      const auto end = static_cast<int32_t>(order_.size());
      const int32_t at = i < forward_.end() ? end : earliest(i, end);
      order_.insert(order_.begin() + at, i);
      for (int32_t p = at; p <= end; ++p) place_[static_cast<size_t>(order_[static_cast<size_t>(p)])] = p;
    }
    return std::move(order_);
  }

 private:
  int32_t place(int32_t node) const { return place_[static_cast<size_t>(node)]; }

  // Where the node should stand among those that are placed: `end`, unless it gives memory free earlier.
  int32_t earliest(int32_t index, int32_t end) const {
    const Node& node = graph_.nodes[static_cast<size_t>(index)];
    if (node.op->view || node.op->name == "input") return end;
    int32_t first = forward_.end();  // where all that it reads is there
    std::set<Value> read;
    for (const Value input : node.inputs) {
      first = std::max(first, place(input.node) + 1);
      read.insert(forward_.root(input));
    }
    // What it is the last to read, by where the others have read it: before that it would give nothing free.
    std::vector<std::pair<int32_t, int64_t>> freed;
    for (const Value value : read) {
      if (is_last_reader(index, value))
        freed.emplace_back(behind_others(index, value, first), graph_.type(value).bytes());
    }
    std::sort(freed.begin(), freed.end());
    int64_t bytes = -taken(index);
    for (const auto& [at, more] : freed) {
      bytes += more;
      if (bytes > 0) return at;
    }
    return end;
  }

  int32_t behind_others(int32_t index, Value value, int32_t first) const {
    for (const int32_t reader : readers_.at(value)) {
      if (reader != index) first = std::max(first, place(reader) + 1);
    }
    return first;
  }

  bool is_last_reader(int32_t index, Value value) const {
    if (graph_.node(value).op->name == "input" || stays_.contains(value) || state_results_.contains(value))
      return false;
    return *readers_.at(value).rbegin() == index;
  }

  // Memory of its outputs. A new value of a state takes the place of the old one.
  int64_t taken(int32_t index) const {
    const Node& node = graph_.nodes[static_cast<size_t>(index)];
    int64_t bytes = 0;
    for (size_t o = 0; o < node.outputs.size(); ++o) {
      const Value value{index, static_cast<int32_t>(o)};
      if (!state_results_.contains(value) && readers_.contains(value)) bytes += node.outputs[o].bytes();
    }
    return bytes;
  }

  const Graph& graph_;
  const ForwardPart forward_;
  std::map<Value, std::set<int32_t>> readers_;  // of what views look at; views do not count
  std::set<Value> stays_, state_results_;
  std::vector<int32_t> order_;
  std::vector<int32_t> place_;  // [node], in order_
};

}  // namespace

std::vector<int32_t> release_early(const Graph& graph) { return Order(graph).run(); }

}  // namespace dltrain::graph
