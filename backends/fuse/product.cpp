#include "backends/fuse/product.h"

#include <algorithm>
#include <array>

#include "graph/infer.h"

namespace dltrain::backends {

using graph::Value;

namespace {

bool is_product(const Editor& editor, Value value) { return editor.is(value, "matmul") || editor.is(value, "conv2d"); }

bool is_fused(const Editor& editor, Value value) {
  return editor.is(value, "fused_matmul") || editor.is(value, "fused_conv2d");
}

// A bias has one element for each column of the product.
bool is_bias(const Editor& editor, Value value, Value product) {
  const graph::ValueType& type = editor.type(product);
  return editor.type(value) == graph::ValueType{type.dtype, {type.shape.back()}};
}

bool widens(DType narrow, DType wide) { return narrow != wide && graph::wide_dtype(narrow) == wide; }

// What is rounded for a product only need not be: the product adds it before its own result is rounded.
Value unrounded(const Editor& editor, Value bias) {
  if (!editor.is(bias, "cast")) return bias;
  const Value wide = editor.node(bias).inputs[0];
  return widens(editor.type(bias).dtype, editor.type(wide).dtype) ? wide : bias;
}

void fuse_bias(Editor& editor, int32_t index) {
  const std::vector<Value> inputs = editor.node(index).inputs;
  for (size_t side = 0; side < 2; ++side) {
    const Value product = inputs[side];
    const Value bias = inputs[1 - side];
    if (!is_product(editor, product) || editor.use_count(product) != 1 || !is_bias(editor, bias, product)) continue;
    if (editor.type(product) != editor.node(index).outputs[0]) continue;
    const graph::Node group = editor.node(product);
    graph::Attributes attributes = group.attributes;
    attributes.set("function", std::string());
    editor.replace(index, "fused_" + group.op->name, {group.inputs[0], group.inputs[1], unrounded(editor, bias)},
                   attributes);
    return;
  }
}

// The product that a function is applied to, perhaps through a reshape that stands between them.
struct Applied {
  Value product;
  Value reshape;  // not valid if there is none
};

bool find_product(const Editor& editor, int32_t index, Applied& applied) {
  applied = {editor.node(index).inputs[0], {}};
  if (editor.is(applied.product, "reshape") && editor.use_count(applied.product) == 1) {
    applied = {editor.node(applied.product).inputs[0], applied.product};
  }
  if (!is_product(editor, applied.product) && !is_fused(editor, applied.product)) return false;
  return editor.use_count(applied.product) == 1;
}

bool is_function(const Editor& editor, int32_t index) {
  constexpr std::array functions = {"relu", "elu", "silu", "gelu"};
  return std::ranges::any_of(functions, [&](const char* name) { return editor.is(index, name); });
}

void fuse_function(Editor& editor, int32_t index, FitsProduct fits) {
  Applied applied;
  if (!find_product(editor, index, applied)) return;
  const bool fused = is_fused(editor, applied.product);
  const graph::Node group = editor.node(applied.product);
  if (fused && !group.attributes.get<std::string>("function").empty()) return;
  graph::Attributes attributes = group.attributes;
  for (const auto& [name, value] : editor.node(index).attributes.entries()) attributes.set(name, value);
  attributes.set("function", editor.node(index).op->name);
  const std::string op = fused ? group.op->name : "fused_" + group.op->name;
  if (!fits(op, attributes)) return;
  if (!applied.reshape.valid()) {
    editor.replace(index, op, group.inputs, attributes);
    return;
  }
  // The function comes before the reshape now.
  const graph::Attributes shape = editor.node(applied.reshape).attributes;
  editor.replace(applied.reshape.node, op, group.inputs, attributes);
  editor.replace(index, "reshape", {applied.reshape}, shape);
}

// A product whose rounded result is only widened again gives it wide at once.
void fuse_result(Editor& editor, int32_t index) {
  const Value product = editor.node(index).inputs[0];
  if (product.output != 0 || !editor.node(product).op->has_result || editor.use_count(product) != 1) return;
  const DType wide = editor.node(index).outputs[0].dtype;
  if (!widens(editor.type(product).dtype, wide)) return;
  const graph::Node group = editor.node(product);
  graph::Attributes attributes = group.attributes;
  attributes.set("result", wide);
  editor.replace(index, group.op->name, group.inputs, attributes);
}

}  // namespace

void fuse_product(Editor& editor, int32_t index, FitsProduct fits) {
  if (editor.is(index, "add")) fuse_bias(editor, index);
  else if (is_function(editor, index)) fuse_function(editor, index, fits);
  else if (editor.is(index, "cast")) fuse_result(editor, index);
}

}  // namespace dltrain::backends
