#include "models/output_origin.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "graph/op.h"

namespace dltrain::models {

namespace {

using graph::Graph;
using graph::Node;
using graph::Value;

constexpr std::array<std::string_view, 4> transparent = {"reshape", "transpose", "cast", "stop_gradient"};
constexpr std::array<std::string_view, 6> linear = {
    "matmul", "conv2d", "conv2d_grad_input", "batch_norm", "batch_norm_inference", "layer_norm"};
// lstm and gru end in a tanh: with other functions they are made of other operations.
constexpr std::array<std::string_view, 11> activations = {"relu", "elu",      "selu",     "gelu",        "silu", "tanh",
                                                          "lstm", "softplus", "softsign", "log_softmax", "gru"};
// Of probabilities these give probabilities again, of others others. A sum is one of a mean, which a division follows.
constexpr std::array<std::string_view, 7> keeping = {"average_pool2d", "max_pool2d", "reduce_sum", "reduce_max",
                                                     "reduce_min",     "dropout",    "slice"};
constexpr std::array<std::string_view, 5> joining = {"add", "sub", "maximum", "minimum", "concat"};
constexpr std::array<std::string_view, 2> scaling = {"mul", "div"};

template <size_t N> bool is_one_of(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::ranges::find(names, name) != names.end();
}

bool is_constant(const Node& node) { return node.op->name == "full" || node.op->name == "constant"; }
bool no_probabilities(Origin origin) { return origin == Origin::linear || origin == Origin::activation; }

class Tracer {
 public:
  explicit Tracer(const Graph& graph) : graph_(graph) {}

  Made trace(Value value, int depth = 0) const {
    constexpr int deepest = 100;
    const Node& node = maker(value);
    const std::string& op = node.op->name;
    if (op == "softmax") return {Origin::softmax, &node};
    if (op == "sigmoid" || op == "hard_sigmoid") return {Origin::sigmoid, &node};
    if (is_one_of(op, linear)) return {Origin::linear, &node};
    if (is_one_of(op, activations)) return {Origin::activation, &node};
    const Made nothing = {Origin::unknown, &node};
    if (depth == deepest) return nothing;
    if (is_one_of(op, keeping)) return or_nothing(trace(node.inputs[0], depth + 1), nothing);
    if (op == "select") return or_nothing(trace(node.inputs[1], depth + 1), nothing);  // what a mask leaves
    if (is_one_of(op, scaling)) return scaled(node, nothing, depth);
    return is_one_of(op, joining) ? joined(node, nothing, depth) : nothing;
  }

 private:
  // The node behind what only changes the shape or the dtype.
  const Node& maker(Value value) const {
    const Node* node = &graph_.node(value);
    while (is_one_of(node->op->name, transparent)) node = &graph_.node(node->inputs[0]);
    return *node;
  }

  static Made or_nothing(Made made, Made nothing) { return made.origin == Origin::unknown ? nothing : made; }

  // Any number times a number is any number; probabilities stay such where a sum becomes a mean.
  Made scaled(const Node& node, Made nothing, int depth) const {
    const bool second = node.op->name == "mul" && is_constant(maker(node.inputs[0]));
    const Value x = node.inputs[second ? 1 : 0];
    const bool by_number = is_constant(maker(node.inputs[second ? 0 : 1]));
    const Made made = trace(x, depth + 1);
    const bool mean = node.op->name == "div" && maker(x).op->name == "reduce_sum";
    return no_probabilities(made.origin) ? (by_number || mean ? made : nothing)
           : mean                        ? or_nothing(made, nothing)
                                         : nothing;
  }

  // A bias beside a product, or values that are no probabilities, all of them.
  Made joined(const Node& node, Made nothing, int depth) const {
    Made of_all = nothing;
    for (const Value input : node.inputs) {
      const Node& from = maker(input);
      if (node.op->name == "add" && is_one_of(from.op->name, linear)) return {Origin::linear, &from};
      if (is_constant(from)) continue;
      const Made made = trace(input, depth + 1);
      if (!no_probabilities(made.origin)) return nothing;
      if (of_all.origin != Origin::linear) of_all = made;
    }
    return of_all;
  }

  const Graph& graph_;
};

}  // namespace

Made origin_of(const Graph& graph, Value value) { return Tracer(graph).trace(value); }

bool ends_own_product(const Graph& graph, Value value) {
  const int32_t layer = graph.node(value).scope;
  return std::ranges::any_of(graph.nodes, [&](const Node& node) {
    const std::string& op = node.op->name;
    return node.scope == layer && (op == "matmul" || op == "conv2d" || op == "conv2d_grad_input");
  });
}

}  // namespace dltrain::models
