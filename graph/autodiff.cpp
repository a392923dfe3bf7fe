#include "graph/autodiff.h"

#include <map>

#include "graph/ops.h"

namespace dltrain::graph {

namespace {

// One sweep from `loss` back over the nodes of a graph. Gradients of the same value are added up in the order of the
// sweep, so that results repeat.
class Sweep {
 public:
  explicit Sweep(Builder& builder) : builder_(builder) {}

  void seed(Value value, Value gradient) { add(value, gradient); }

  // Nodes [first, last), from the last to the first.
  void run(int32_t first, int32_t last, const std::vector<bool>& relevant) {
    for (int32_t index = last - 1; index >= first; --index) {
      if (static_cast<size_t>(index) >= relevant.size() || relevant[static_cast<size_t>(index)]) step(index);
    }
  }

  Value gradient(Value value) const {
    const auto found = gradients_.find(value);
    return found == gradients_.end() ? Value{} : found->second;
  }

 private:
  void add(Value value, Value gradient) {
    if (!gradient.valid() || !is_float(builder_.dtype(value))) return;
    const auto [found, is_new] = gradients_.emplace(value, gradient);
    if (!is_new) found->second = graph::add(builder_, found->second, gradient);
  }

  void step(int32_t index) {
    const Node node = builder_.graph().nodes[static_cast<size_t>(index)];
    std::vector<Value> flowing;
    bool any = false;
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      flowing.push_back(gradient({index, static_cast<int32_t>(i)}));
      any = any || flowing.back().valid();
    }
    if (!any) return;
    const auto scope = builder_.scope_of(node);
    if (node.op->gradient != nullptr) {
      GradientContext context(builder_, node, index, std::move(flowing));
      node.op->gradient(context);
      for (size_t i = 0; i < node.inputs.size(); ++i) add(node.inputs[i], context.input_gradients()[i]);
    } else if (node.op->expand != nullptr) {
      through_expansion(node, flowing);
    }
  }

  // A composite without a rule of its own: its meaning is emitted again and differentiated.
  void through_expansion(const Node& node, const std::vector<Value>& flowing) {
    const auto first = static_cast<int32_t>(builder_.graph().nodes.size());
    const std::vector<Value> outputs = node.op->expand(builder_, node);
    const auto last = static_cast<int32_t>(builder_.graph().nodes.size());
    for (size_t i = 0; i < outputs.size(); ++i) add(outputs[i], flowing[i]);
    run(first, last, {});
  }

  Builder& builder_;
  std::map<Value, Value> gradients_;
};

// Nodes that depend on a wanted value: only through these does anything flow.
std::vector<bool> dependents(const Graph& graph, std::span<const Value> wanted) {
  std::vector<bool> marked(graph.nodes.size(), false);
  for (const Value value : wanted) marked[static_cast<size_t>(value.node)] = true;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const Value input : graph.nodes[i].inputs) marked[i] = marked[i] || marked[static_cast<size_t>(input.node)];
  }
  return marked;
}

}  // namespace

std::vector<Value> gradients(Builder& builder, Value loss, std::span<const Value> wanted) {
  if (builder.shape(loss).rank() != 0) throw Bug("gradients are taken of a scalar");
  const std::vector<bool> relevant = dependents(builder.graph(), wanted);
  Sweep sweep(builder);
  sweep.seed(loss, full(builder, builder.dtype(loss), {}, 1));
  sweep.run(0, static_cast<int32_t>(relevant.size()), relevant);
  std::vector<Value> results;
  for (const Value value : wanted) {
    const Value gradient = sweep.gradient(value);
    results.push_back(gradient.valid() ? gradient : full(builder, builder.dtype(value), builder.shape(value), 0));
  }
  return results;
}

}  // namespace dltrain::graph
