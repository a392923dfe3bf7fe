// A convolution of images on the host, from the sizes and strides of its tensors: its meaning, in plain loops.
#pragma once

#include <cstdint>

#include "tests/cuda/stand_in/numbers.h"

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
  Storage storage = Storage::float32;  // of everything; sums are float32
};

// Whether sizes go together for these paddings, and all tensors lie channels last without gaps.
bool fits(const Convolve& c, const int64_t (&padding_after)[2]);

// Two of images, kernel and results are read, the third is written.
void convolve(const Convolve& c, void* images, void* kernel, void* results, const void* bias);

}  // namespace dltrain::stand_in
