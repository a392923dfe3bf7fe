// A convolution of images on the host, from the sizes and strides of its tensors: its meaning, in plain loops.
#pragma once

#include <cstdint>

namespace dltrain::stand_in {

// Batch (or filters), channels, rows, columns; strides in elements.
struct Tensor {
  int64_t sizes[4] = {};
  int64_t strides[4] = {};
};
int64_t elements_of(const Tensor& tensor);

struct Convolve {
  enum Kind {
    forward,
    to_images,
    to_kernel
  } kind = forward;
  Tensor images, kernel, results;
  int64_t padding[2] = {}, strides[2] = {}, dilation[2] = {};
  bool bias = false, relu = false;
  bool rounds = false;  // what is multiplied, to tensorfloat32
};

// Whether sizes go together for these paddings, and all tensors lie channels last without gaps.
bool fits(const Convolve& c, const int64_t (&padding_after)[2]);

// Two of images, kernel and results are read, the third is written.
void convolve(const Convolve& c, float* images, float* kernel, float* results, const float* bias);

}  // namespace dltrain::stand_in
