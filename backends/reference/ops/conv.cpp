// Convolutions: one walk over all products, from which the output, the input's gradient or the kernel's gradient is
// summed.
#include "backends/reference/evaluate.h"

namespace dltrain::backends::reference {

namespace {

struct Sizes {
  Shape x, kernel, y;  // [N, H, W, C], [kh, kw, C / groups, F], [N, H', W', F]
};

// Calls f(x, kernel, y) with the three offsets of each product x kernel that adds to y.
template <class F>
void for_each_product(const Sizes& s, const graph::Attributes& attributes, F f) {
  const std::vector<int64_t>& strides = attributes.integers("strides");
  const std::vector<int64_t>& dilation = attributes.integers("dilation");
  const std::vector<int64_t>& padding = attributes.integers("padding");
  const int64_t depth = s.kernel[2];
  const int64_t filters = s.kernel[3];
  const int64_t filters_per_group = filters / attributes.integer("groups");
  for (int64_t n = 0; n < s.y[0]; ++n)
    for (int64_t row = 0; row < s.y[1]; ++row)
      for (int64_t column = 0; column < s.y[2]; ++column)
        for (int64_t i = 0; i < s.kernel[0]; ++i)
          for (int64_t j = 0; j < s.kernel[1]; ++j) {
            const int64_t h = row * strides[0] + i * dilation[0] - padding[0];
            const int64_t w = column * strides[1] + j * dilation[1] - padding[2];
            if (h < 0 || h >= s.x[1] || w < 0 || w >= s.x[2]) continue;
            const int64_t x = ((n * s.x[1] + h) * s.x[2] + w) * s.x[3];
            const int64_t kernel = (i * s.kernel[1] + j) * depth * filters;
            const int64_t y = ((n * s.y[1] + row) * s.y[2] + column) * filters;
            for (int64_t k = 0; k < depth; ++k)
              for (int64_t o = 0; o < filters; ++o)
                f(x + o / filters_per_group * depth + k, kernel + k * filters + o, y + o);
          }
}

void conv2d(const Call& c) {
  const Tensor weights = rounded_to(c.in(1), c.in(0).type.dtype);
  for_each_product({c.in(0).shape(), c.in(1).shape(), c.out().shape()}, c.attributes,
                   [&](int64_t x, int64_t kernel, int64_t y) { c.out()[y] += c.in(0)[x] * weights[kernel]; });
}

void conv2d_grad_input(const Call& c) {
  const Tensor weights = rounded_to(c.in(1), c.in(0).type.dtype);
  for_each_product({c.out().shape(), c.in(1).shape(), c.in(0).shape()}, c.attributes,
                   [&](int64_t x, int64_t kernel, int64_t y) { c.out()[x] += c.in(0)[y] * weights[kernel]; });
}

void conv2d_grad_kernel(const Call& c) {
  for_each_product({c.in(0).shape(), c.out().shape(), c.in(1).shape()}, c.attributes,
                   [&](int64_t x, int64_t kernel, int64_t y) { c.out()[kernel] += c.in(0)[x] * c.in(1)[y]; });
}

}  // namespace

void register_conv(Evaluations& table) {
  table.add("conv2d", conv2d);
  table.add("conv2d_grad_input", conv2d_grad_input);
  table.add("conv2d_grad_kernel", conv2d_grad_kernel);
}

}  // namespace dltrain::backends::reference
