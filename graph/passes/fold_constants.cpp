// Computes at planning time what depends on constants only: `full` nodes through arithmetic, casts and shapes.
#include <cmath>
#include <optional>

#include "core/array.h"
#include "graph/ops.h"
#include "graph/passes.h"
#include "graph/rewrite.h"

namespace dltrain::graph {

namespace {

// The number that a constant holds everywhere.
std::optional<double> number_of(const Graph& graph, Value value) {
  const Node& node = graph.node(value);
  if (node.op->name != "full") return std::nullopt;
  return node.attributes.real("value");
}

// As a value of the dtype holds it.
double rounded(double value, DType dtype) {
  Array one(dtype, {});
  set_element(one, 0, value);
  return element(one, 0);
}

std::optional<double> folded_unary(const std::string& op, double x) {
  if (op == "neg") return -x;
  if (op == "reciprocal") return 1 / x;
  if (op == "square") return x * x;
  if (op == "sqrt") return std::sqrt(x);
  if (op == "cast" || op == "reshape" || op == "broadcast_to" || op == "transpose") return x;
  return std::nullopt;
}

std::optional<double> folded_binary(const std::string& op, double x, double y) {
  if (op == "add") return x + y;
  if (op == "sub") return x - y;
  if (op == "mul") return x * y;
  if (op == "div") return x / y;
  if (op == "maximum") return std::fmax(x, y);
  if (op == "minimum") return std::fmin(x, y);
  return std::nullopt;
}

}  // namespace

Graph fold_constants(const Graph& graph) {
  return rewrite(graph, [](Builder& b, const Node& node, size_t) -> std::optional<std::vector<Value>> {
    if (node.outputs.size() != 1 || !is_float(node.outputs[0].dtype) || node.inputs.empty() || node.inputs.size() > 2)
      return std::nullopt;
    const std::optional<double> x = number_of(b.graph(), node.inputs[0]);
    if (!x) return std::nullopt;
    std::optional<double> result;
    if (node.inputs.size() == 1) {
      result = folded_unary(node.op->name, *x);
    } else if (const std::optional<double> y = number_of(b.graph(), node.inputs[1])) {
      result = folded_binary(node.op->name, *x, *y);
    }
    if (!result || !std::isfinite(*result)) return std::nullopt;
    const ValueType type = node.outputs[0];
    return std::vector<Value>{full(b, type.dtype, type.shape, rounded(*result, type.dtype))};
  });
}

}  // namespace dltrain::graph
