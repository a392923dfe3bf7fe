#include "backends/fuse/product.h"

#include "backends/onednn/fuse/patterns.h"
#include "backends/onednn/post_ops.h"

namespace dltrain::backends::onednn {

void fuse_product(Editor& editor, int32_t index) {
  backends::fuse_product(
      editor, index, [](const std::string&, const graph::Attributes& attributes) { return fits_post_ops(attributes); });
}

}  // namespace dltrain::backends::onednn
