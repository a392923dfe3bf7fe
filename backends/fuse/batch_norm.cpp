#include "backends/fuse/batch_norm.h"

#include <algorithm>

namespace dltrain::backends {

using graph::Value;

namespace {

bool is_plain_relu(const graph::Attributes& attributes) {
  return attributes.real("negative_slope") == 0 && attributes.real("threshold") == 0;
}

bool is_norm(const Editor& editor, Value value) {
  return value.output == 0 && (editor.is(value, "batch_norm") || editor.is(value, "batch_norm_inference"));
}

// The normalization below an add, and the residual beside it.
struct Sum {
  Value norm;
  Value residual;
};

bool find_sum(const Editor& editor, Value value, Sum& sum) {
  if (!editor.is(value, "add") || editor.use_count(value) != 1) return false;
  const std::vector<Value>& inputs = editor.node(value).inputs;
  // The later side, so that the other one is there when the normalization is computed.
  const size_t side = inputs[0].node > inputs[1].node ? 0 : 1;
  sum = {inputs[side], inputs[1 - side]};
  return is_norm(editor, sum.norm) && editor.type(sum.norm) == editor.type(sum.residual);
}

}  // namespace

void fuse_batch_norm(Editor& editor, int32_t index) {
  if (!editor.is(index, "relu") || !is_plain_relu(editor.node(index).attributes)) return;
  Sum sum{editor.node(index).inputs[0], {}};
  if (!is_norm(editor, sum.norm) && !find_sum(editor, sum.norm, sum)) return;
  if (editor.use_count(sum.norm) != 1) return;
  const graph::Node norm = editor.node(sum.norm);
  std::vector<Value> inputs = norm.inputs;
  if (sum.residual.valid()) inputs.push_back(sum.residual);
  graph::Attributes attributes = norm.attributes;
  for (const auto& [name, value] : editor.node(index).attributes.entries()) attributes.set(name, value);
  attributes.set("function", std::string("relu"));
  // The statistics are read from the old place on: the node moves there, where all its inputs stand above it.
  const int32_t place = sum.norm.node;
  editor.redirect({index, 0}, {place, 0});
  editor.replace(place, "fused_" + norm.op->name, inputs, attributes);
}

namespace {

// The offset of the normalization whose rectified result y is, if nothing else is in y and the gradient is of it.
Value offset_behind(const Editor& editor, Value y, const graph::Node& gradient) {
  if (y.output != 0 || !editor.is(y, "fused_batch_norm")) return {};
  const graph::Node& norm = editor.node(y);
  const std::vector<Value> forward = {norm.inputs[0], norm.inputs[1], {y.node, 1}, {y.node, 3}};
  const bool same = std::equal(forward.begin(), forward.end(), gradient.inputs.begin());
  return same && norm.inputs.size() == 3 ? norm.inputs[2] : Value{};
}

}  // namespace

void fuse_batch_norm_gradient(Editor& editor, int32_t index) {
  if (!editor.is(index, "batch_norm_grad")) return;
  const std::vector<Value> in = editor.node(index).inputs;  // x, gamma, mean, inverse, dz
  const Value dz = in[4];
  if (!editor.is(dz, "activation_grad")) return;
  const graph::Node mask = editor.node(dz);
  if (mask.attributes.get<std::string>("function") != "relu" || !is_plain_relu(mask.attributes)) return;
  const std::vector<int32_t> readers = editor.readers(dz);
  if (readers.front() != index || editor.use_count(dz) != static_cast<int>(readers.size())) return;
  // To compute y again takes less time than to read it.
  const Value offset = offset_behind(editor, mask.inputs[0], editor.node(index));
  graph::Attributes attributes = mask.attributes;
  if (offset.valid()) attributes.set("recompute", true);
  editor.replace(index, "fused_batch_norm_grad",
                 {in[0], in[1], in[2], in[3], offset.valid() ? offset : mask.inputs[0], mask.inputs[1]}, attributes);
  editor.redirect(dz, {index, 3});
}

}  // namespace dltrain::backends
