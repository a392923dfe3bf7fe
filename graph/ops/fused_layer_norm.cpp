// Layer normalization with the addition before it, and its gradient with what else flows into that sum: composites that
// backends put in the place of the two (backends/fuse). A residual stream goes through both.
#include <array>

#include "graph/infer.h"
#include "graph/ops.h"

namespace dltrain::graph {

namespace {

std::vector<ValueType> infer_forward(const InferContext& c) {
  expect_inputs(c, 4);
  if (c.inputs[0] != c.inputs[1]) throw Bug("the summands of a fused normalization differ in type");
  const std::array<ValueType, 3> plain = {c.inputs[0], c.inputs[2], c.inputs[3]};
  std::vector<ValueType> result = op_registry().find("layer_norm")->infer({plain, c.attributes});
  result.push_back(c.inputs[0]);
  return result;
}

std::vector<Value> expand_forward(Builder& b, const Node& node) {
  const Value sum = add(b, node.inputs[0], node.inputs[1]);
  std::vector<Value> results = b.emit_all("layer_norm", {sum, node.inputs[2], node.inputs[3]}, node.attributes);
  results.push_back(sum);
  return results;
}

std::vector<ValueType> infer_grad(const InferContext& c) {
  expect_inputs(c, 6);
  if (c.inputs[5] != c.inputs[0]) throw Bug("what flows into a fused normalization differs in type from its value");
  return op_registry().find("layer_norm_grad")->infer({c.inputs.subspan(0, 5), c.attributes});
}

std::vector<Value> expand_grad(Builder& b, const Node& node) {
  const std::vector<Value> own(node.inputs.begin(), node.inputs.end() - 1);
  std::vector<Value> results = b.emit_all("layer_norm_grad", own, node.attributes);
  results[0] = add(b, results[0], node.inputs.back());
  return results;
}

}  // namespace

void register_fused_layer_norm(OpRegistry& registry) {
  registry.add({.name = "fused_layer_norm",
                .doc = "x, residual as x, gamma, beta -> layer_norm of their sum, its statistics, and the sum",
                .infer = infer_forward,
                .expand = expand_forward,
                .precision = Precision::follow,
                .parameters = {2, 3}});
  registry.add({.name = "fused_layer_norm_grad",
                .doc = "x, gamma, mean, inverse deviation, dy, flow as x -> dx of layer_norm + flow, dgamma, dbeta",
                .infer = infer_grad,
                .expand = expand_grad,
                .precision = Precision::follow,
                .parameters = {1, 2, 3}});
}

}  // namespace dltrain::graph
