// Products of rows with a matrix that is packed in panels: columns side by side whose sums fit into registers. For
// products that come back many times with few rows, where a call of the library costs more than the work saves.
#pragma once

#include <cstdint>

namespace dltrain::backends::onednn {

// z [rows, vectors * lanes] = x [rows, depth] panel [depth, vectors * lanes], or added to what is in z.
struct PanelProduct {
  int64_t rows = 0;
  int64_t depth = 0;
  const float* x = nullptr;
  int64_t x_step = 0;  // floats from row to row
  const float* panel = nullptr;
  float* z = nullptr;
  int64_t z_step = 0;
  bool adds = false;
};

struct PanelLoops {
  int64_t lanes = 0;  // floats of a vector
  int64_t most_vectors = 0;  // of a panel
  void (*multiply)(const PanelProduct& product, int64_t vectors) = nullptr;
};

const PanelLoops& panel_loops();

}  // namespace dltrain::backends::onednn
