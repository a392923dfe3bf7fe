// What kernels beside cuDNN's attention are given; for host and device.
#pragma once

#include <cstdint>

namespace dltrain::backends::cuda::device {

// mask [samples, queries, keys] by its strides (0: repeated) -> bias [samples, queries, keys]: zero where a query may
// look, far below every score where not. A query that may look nowhere has zeros only, and looks[sample, query] is 0.
struct LookBiasParameters {
  const uint8_t* mask;
  void* bias;
  uint8_t* looks;
  uint32_t samples, queries, keys;
  uint32_t sample_stride, query_stride, key_stride;  // of the mask
  int causal;  // a query looks at keys up to its own number only
};

// Rows of `width` elements, `from_step` and `to_step` elements apart. Row r has looks[r % looks_count].
struct LookRowsParameters {
  const void* from;
  void* to;
  const uint8_t* looks;
  uint32_t rows, width;
  uint32_t from_step, to_step;
  uint32_t looks_count;
};

}  // namespace dltrain::backends::cuda::device
