#include "backends/onednn/fuse.h"

#include "backends/fuse/batch_norm.h"
#include "backends/onednn/fuse/patterns.h"
#include "graph/passes.h"

namespace dltrain::backends::onednn {

graph::Graph fuse(const graph::Graph& graph) {
  Editor editor(graph);
  // Later patterns see what earlier ones have made.
  for (const auto pattern :
       {fuse_pool_gradient, fuse_pooled_sum, fuse_product, fuse_batch_norm, fuse_convolution_norm,
        fuse_convolution_norm_function, fuse_batch_norm_gradient, fuse_transposed, fuse_joined, fuse_joined_gradient}) {
    for (int32_t node = 0; node < editor.node_count(); ++node) pattern(editor, node);
  }
  return graph::remove_dead_code(editor.graph());
}

}  // namespace dltrain::backends::onednn
