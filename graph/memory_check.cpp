// Checks a memory plan from scratch, without the planner's bookkeeping: every pair of values and scratch areas.
#include <algorithm>
#include <vector>

#include "graph/memory_plan.h"
#include "graph/op.h"
#include "graph/print.h"

namespace dltrain::graph {

namespace {

struct Span {
  std::string name;
  int64_t begin, end;     // bytes in the arena
  int32_t written, read;  // nodes; read is the last one
  Value root;             // what the memory was made for, through views
};

class Checker {
 public:
  Checker(const Graph& graph, const std::vector<NodeMemory>& needs, const MemoryPlan& plan)
      : graph_(graph), needs_(needs), plan_(plan) {}

  std::string run() {
    collect();
    for (size_t i = 0; i < spans_.size(); ++i) {
      for (size_t j = 0; j < spans_.size(); ++j) {
        if (i != j && spans_[i].written <= spans_[j].written && clash(spans_[i], spans_[j])) {
          return spans_[i].name + " and " + spans_[j].name + " overlap";
        }
      }
    }
    return {};
  }

 private:
  Value root(Value value) const {
    while (graph_.node(value).op->view) value = graph_.node(value).inputs[0];
    return value;
  }

  int32_t last_read(Value value) const {
    int32_t last = -1;
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      for (const Value input : graph_.nodes[i].inputs) {
        if (root(input) == root(value)) last = std::max(last, static_cast<int32_t>(i));
      }
    }
    for (const Output& output : graph_.outputs) {
      if (root(output.value) == root(value)) last = static_cast<int32_t>(graph_.nodes.size());
    }
    return last;
  }

  void collect() {
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      const auto index = static_cast<int32_t>(i);
      for (size_t o = 0; o < graph_.nodes[i].outputs.size(); ++o) {
        const Placement& placement = plan_.values[i][o];
        const Value value{index, static_cast<int32_t>(o)};
        if (placement.kind != Placement::Kind::arena || graph_.nodes[i].op->view) continue;
        const int64_t bytes = graph_.type(value).bytes();
        const int32_t written = graph_.nodes[i].op->name == "input" ? -1 : index;  // a state that is set aside
        spans_.push_back(
            {print_value(value), placement.offset, placement.offset + bytes, written, last_read(value), value});
      }
      if (plan_.scratch[i] >= 0) {
        const int64_t bytes = needs_[i].scratch_bytes;
        spans_.push_back(
            {"scratch of %" + std::to_string(i), plan_.scratch[i], plan_.scratch[i] + bytes, index, index, {}});
      }
    }
  }

  bool allowed_in_place(const Span& old, const Span& fresh) const {
    if (!fresh.root.valid() || old.read != fresh.written || old.begin != fresh.begin) return false;
    const Node& node = graph_.node(fresh.root);
    const auto& pairs = needs_[static_cast<size_t>(fresh.root.node)].in_place;
    bool any = false;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (root(node.inputs[i]) != old.root) continue;
      any = true;
      if (std::find(pairs.begin(), pairs.end(), std::pair{static_cast<int>(i), fresh.root.output}) == pairs.end())
        return false;
    }
    return any;
  }

  bool clash(const Span& a, const Span& b) const {
    if (a.begin >= b.end || b.begin >= a.end || a.begin == a.end || b.begin == b.end) return false;
    if (a.read < b.written) return false;
    return !allowed_in_place(a, b);
  }

  const Graph& graph_;
  const std::vector<NodeMemory>& needs_;
  const MemoryPlan& plan_;
  std::vector<Span> spans_;
};

}  // namespace

std::string overlap(const Graph& graph, const std::vector<NodeMemory>& needs, const MemoryPlan& plan) {
  return Checker(graph, needs, plan).run();
}

}  // namespace dltrain::graph
