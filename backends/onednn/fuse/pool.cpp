#include <vector>

#include "backends/onednn/fuse/patterns.h"

namespace dltrain::backends::onednn {

using graph::Value;

// A maximum passes its gradient to the pixel that it came from, whose value is the pooled one: the slope of relu, which
// is taken from the value, is the same on both sides, and pixels that are no maximum get nothing either way.
void fuse_pool_gradient(Editor& editor, int32_t index) {
  if (!editor.is(index, "activation_grad") || editor.node(index).attributes.get<std::string>("function") != "relu")
    return;
  const graph::Node slope = editor.node(index);  // inputs: y, dy
  const Value spread = slope.inputs[1];
  if (!editor.is(spread, "max_pool2d_grad") || editor.use_count(spread) != 1) return;
  const graph::Node pool_gradient = editor.node(spread);  // inputs: dp, places
  const Value pool{pool_gradient.inputs[1].node, 0};
  if (!editor.is(pool, "max_pool2d") || editor.node(pool).inputs[0] != slope.inputs[0]) return;
  editor.replace(spread.node, "activation_grad", {pool, pool_gradient.inputs[0]}, slope.attributes);
  editor.replace(index, "max_pool2d_grad", {spread, pool_gradient.inputs[1]}, pool_gradient.attributes);
}

void fuse_pooled_sum(Editor& editor, int32_t index) {
  if (!editor.is(index, "reduce_sum")) return;
  const graph::Node sum = editor.node(index);
  const Value spread = sum.inputs[0];
  if (!editor.is(spread, "max_pool2d_grad") && !editor.is(spread, "average_pool2d_grad")) return;
  if (sum.attributes.integers("axes") != std::vector<int64_t>{0, 1, 2}) return;
  editor.replace(index, "reduce_sum", {editor.node(spread).inputs[0]}, sum.attributes);
}

}  // namespace dltrain::backends::onednn
