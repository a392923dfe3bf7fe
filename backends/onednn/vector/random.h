// Philox4x32-10 (core/random.h) for many elements at once: the same words as RandomStream, several blocks abreast.
#pragma once

#include <array>
#include <cstdint>

#include "backends/onednn/bfloat16.h"

namespace dltrain::backends::onednn {

struct RandomRange {
  std::array<uint32_t, 2> key;
  uint64_t step = 0;
  uint64_t first = 0;  // element
};

// y[i] = the number in [0, 1) of element first + i.
void uniform_numbers(const RandomRange& range, int64_t count, float* y);
// y[i] = x[i] scale where the upper 24 bits of the word of element first + i are at least `least`, else 0.
void drop_elements(const RandomRange& range, uint32_t least, float scale, const float* x, int64_t count, float* y);
void drop_elements(const RandomRange& range, uint32_t least, float scale, const Bfloat16* x, int64_t count,
                   Bfloat16* y);

}  // namespace dltrain::backends::onednn
