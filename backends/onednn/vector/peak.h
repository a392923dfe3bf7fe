// What the processor can do at most, by doing it.
#pragma once

#include <cstdint>

namespace dltrain::backends::onednn {

struct PeakLoops {
  // Multiplies and adds in registers; returns how many operations that were. `seed` and `*sink` keep it from being
  // left out.
  double (*multiply_add)(int64_t rounds, float seed, float* sink);
  // y = x.
  void (*copy)(const float* x, float* y, int64_t count);
};

const PeakLoops& peak_loops();

}  // namespace dltrain::backends::onednn
