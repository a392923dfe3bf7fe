// Sums of products in registers: the innermost loop of matrix products, of steps of recurrent layers and of gradients of
// convolutions' kernels. What they work on is in the first cache, brought there by those who call.
#pragma once

#include <array>
#include <cstdint>

namespace dltrain::backends::onednn {

// z [rows, vectors * lanes] = the sum over o < outer, k < depth of
//   x[row * x_row + k * x_step + o * x_outer] * y[k * y_step + o * y_outer + column],
// or that added to z. All steps in floats.
struct TileProduct {
  int64_t rows = 0;
  int64_t depth = 0;
  int64_t outer = 1;
  const float* x = nullptr;
  int64_t x_row = 0, x_step = 1, x_outer = 0;
  const float* y = nullptr;
  int64_t y_step = 0, y_outer = 0;
  float* z = nullptr;
  int64_t z_row = 0;
  bool adds = false;
  // What will be worked on next: brought into the second cache meanwhile.
  const float* ahead = nullptr;
  int64_t ahead_floats = 0;
};

struct TileLoops {
  int64_t lanes = 0;  // floats of a vector
  int64_t most_vectors = 0;  // of one call
  std::array<int64_t, 4> most_rows = {};  // whose sums are held at a time, by the number of vectors from 1
  void (*multiply)(const TileProduct& product, int64_t vectors) = nullptr;
};

const TileLoops& tile_loops();

}  // namespace dltrain::backends::onednn
