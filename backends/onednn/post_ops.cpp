#include "backends/onednn/post_ops.h"

#include <limits>
#include <string>

#include "backends/onednn/primitive.h"

namespace dltrain::backends::onednn {

bool fits_post_ops(const graph::Attributes& attributes) {
  const std::string function = attributes.get_or<std::string>("function", "");
  if (function.empty()) return true;
  return function == "relu" && attributes.real("max_value") < 0 && attributes.real("threshold") == 0;
}

dnnl::primitive_attr with_post_ops(const graph::Attributes& attributes, bool accumulate) {
  dnnl::primitive_attr result = user_scratchpad();
  dnnl::post_ops ops;
  if (accumulate) ops.append_sum();
  if (!attributes.get_or<std::string>("function", "").empty()) {
    // The library's rectifier without a slope turns not-a-number into 0, which would hide it; the one with a slope
    // keeps it. The smallest slope there is counts as zero, since kernels run with denormals flushed.
    const auto slope = static_cast<float>(attributes.real("negative_slope"));
    ops.append_eltwise(dnnl::algorithm::eltwise_relu, slope == 0 ? std::numeric_limits<float>::denorm_min() : slope, 0);
  }
  if (ops.len() > 0) result.set_post_ops(ops);
  return result;
}

}  // namespace dltrain::backends::onednn
