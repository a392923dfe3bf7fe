// What parameters of kernels with windows over images have in common.
#pragma once

#include "graph/attributes.h"

namespace dltrain::backends::cuda {

// Sizes of images x [n, h, w, c], of results y [n, oh, ow, ...], strides and padding.
template <class Parameters>
void set_windows(Parameters& p, const graph::Attributes& a, const Shape& x, const Shape& y) {
  const auto size = [](int64_t value) { return static_cast<uint32_t>(value); };
  p.n = size(x[0]);
  p.h = size(x[1]);
  p.w = size(x[2]);
  p.c = size(x[3]);
  p.oh = size(y[1]);
  p.ow = size(y[2]);
  p.stride_h = static_cast<int>(a.integers("strides")[0]);
  p.stride_w = static_cast<int>(a.integers("strides")[1]);
  p.top = static_cast<int>(a.integers("padding")[0]);
  p.left = static_cast<int>(a.integers("padding")[2]);
}

}  // namespace dltrain::backends::cuda
