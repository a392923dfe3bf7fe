#include "graph/precision.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "graph/infer.h"
#include "graph/ops.h"
#include "graph/rewrite.h"

namespace dltrain::graph {

namespace {

bool contains(const std::vector<size_t>& list, size_t i) {
  return std::find(list.begin(), list.end(), i) != list.end();
}

// A number that the dtype has no place for, as its largest: what stands for "never" must not become infinite, which less
// itself is no number.
double within(DType low, double value) {
  const double largest = low == DType::f16 ? 65504 : 0x1.FEp127;
  return std::isfinite(value) ? std::clamp(value, -largest, largest) : value;
}

class Lowering {
 public:
  explicit Lowering(DType low) : low_(low), wide_(wide_dtype(low)) {}

  // The outputs of a node whose inputs stand in the new graph.
  std::vector<Value> replaced(Builder& b, const Node& node) {
    const Op& op = *node.op;
    const bool is_low = computes_low(b, node);
    std::vector<Value> inputs = node.inputs;
    Attributes attributes = node.attributes;
    bool any_low = false;
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (is_low && contains(op.weights, i)) continue;
      inputs[i] = is_low && !contains(op.parameters, i) ? lowered(b, inputs[i]) : widened(b, inputs[i]);
      any_low = any_low || b.dtype(inputs[i]) == low_;
    }
    if (is_low && op.precision == Precision::sum) attributes.set("result", wide_);
    // Rows of a wide table are rounded as they are read.
    if (is_low && op.precision == Precision::low && !any_low) attributes.set("dtype", low_);
    return b.emit_all(op.name, std::move(inputs), std::move(attributes));
  }

  Value widened(Builder& b, Value x) {
    if (b.dtype(x) != low_) return x;
    const auto [found, is_new] = wide_of_.try_emplace(x, Value{});
    if (is_new) found->second = cast(b, x, wide_);
    return found->second;
  }

 private:
  bool computes_low(const Builder& b, const Node& node) const {
    if (node.op->precision == Precision::full) return false;
    if (node.op->precision == Precision::low) return true;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (b.dtype(node.inputs[i]) == low_ && !contains(node.op->parameters, i)) return true;
    }
    return false;
  }

  Value lowered(Builder& b, Value x) {
    if (b.dtype(x) != wide_) return x;
    if (const auto found = low_of_.find(x); found != low_of_.end()) return found->second;
    return low_of_[x] = made_low(b, x);
  }

  // Constants are made in the lower dtype; what is repeated is rounded before, while it is small.
  Value made_low(Builder& b, Value x) {
    const Node node = b.graph().node(x);
    if (node.op->name == "full")
      return full(b, low_, node.outputs[0].shape, within(low_, node.attributes.real("value")));
    if (node.op->name == "broadcast_to") return broadcast_to(b, lowered(b, node.inputs[0]), node.outputs[0].shape);
    return cast(b, x, low_);
  }

  DType low_, wide_;
  std::map<Value, Value> low_of_, wide_of_;
};

}  // namespace

Lowered lower_precision(const Graph& graph, DType low) {
  Lowered result;
  Lowering lowering(low);
  result.graph = rewrite(
      graph,
      [&](Builder& b, const Node& node, size_t) -> std::optional<std::vector<Value>> {
        return lowering.replaced(b, node);
      },
      &result.values);
  StateTable states;
  Builder builder(result.graph, states, false);
  for (size_t i = 0; i < graph.outputs.size(); ++i) {
    const auto scope = builder.scope_of(result.graph.node(result.graph.outputs[i].value));
    const Value wide = lowering.widened(builder, result.graph.outputs[i].value);
    result.graph.outputs[i].value = wide;
  }
  return result;
}

}  // namespace dltrain::graph
