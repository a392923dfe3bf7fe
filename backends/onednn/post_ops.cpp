#include "backends/onednn/post_ops.h"

#include <limits>
#include <string>

#include "backends/onednn/primitive.h"

namespace dltrain::backends::onednn {

namespace {

// The library's rectifier without a slope turns not-a-number into 0, which would hide it; the one with a slope keeps it.
// The smallest slope there is counts as zero, since kernels run with denormals flushed.
void append_rectifier(dnnl::post_ops& ops, double negative_slope) {
  const auto slope = static_cast<float>(negative_slope);
  ops.append_eltwise(dnnl::algorithm::eltwise_relu, slope == 0 ? std::numeric_limits<float>::denorm_min() : slope, 0);
}

// min(y, limit) as limit - max(limit - y, 0): what the library has for limits hides not-a-number as well. Exact from half of
// the limit on, and below to the spacing of numbers at the limit.
void append_limit(dnnl::post_ops& ops, double limit) {
  const auto most = static_cast<float>(limit);
  ops.append_eltwise(dnnl::algorithm::eltwise_linear, -1, most);
  append_rectifier(ops, 0);
  ops.append_eltwise(dnnl::algorithm::eltwise_linear, -1, most);
}

void append_function(dnnl::post_ops& ops, const std::string& function, const graph::Attributes& attributes) {
  if (function == "relu") {
    append_rectifier(ops, attributes.real("negative_slope"));
    if (attributes.real("max_value") >= 0) append_limit(ops, attributes.real("max_value"));
  } else if (function == "elu") {
    ops.append_eltwise(dnnl::algorithm::eltwise_elu, static_cast<float>(attributes.real("alpha")), 0);
  } else if (function == "silu") {
    ops.append_eltwise(dnnl::algorithm::eltwise_swish, 1, 0);
  } else if (function == "gelu") {
    const bool approximate = attributes.get<bool>("approximate");
    ops.append_eltwise(approximate ? dnnl::algorithm::eltwise_gelu_tanh : dnnl::algorithm::eltwise_gelu_erf, 0, 0);
  }
}

}  // namespace

bool fits_post_ops(const graph::Attributes& attributes) {
  const std::string function = attributes.get_or<std::string>("function", "");
  if (function == "relu") return attributes.real("threshold") == 0;
  return function.empty() || function == "elu" || function == "silu" || function == "gelu";
}

dnnl::primitive_attr with_post_ops(const graph::Attributes& attributes, bool accumulate) {
  dnnl::primitive_attr result = user_scratchpad();
  dnnl::post_ops ops;
  if (accumulate) ops.append_sum();
  append_function(ops, attributes.get_or<std::string>("function", ""), attributes);
  if (ops.len() > 0) result.set_post_ops(ops);
  return result;
}

}  // namespace dltrain::backends::onednn
