// A matrix packed for products with few rows: vectors of its columns in an order of the caller's, in panels that
// vector/tile_product.h takes. Columns that are missing from a last vector are zero.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace dltrain::backends::onednn {

class Panels {
 public:
  // Columns of the matrix that stand side by side in a vector; at most as many as a vector holds.
  struct Columns {
    int64_t begin = 0;
    int64_t count = 0;
  };
  Panels() = default;
  // A matrix of `depth` rows; `vectors` in groups of `group`, which are multiplied together.
  Panels(int64_t depth, std::vector<Columns> vectors, int64_t group);

  int64_t floats() const;
  // Equal for equal packings.
  std::string layout() const;
  // Element (row, column) of the matrix is at row * row_step + column * column_step.
  void pack(const float* matrix, int64_t row_step, int64_t column_step, float* packed) const;
  // z [rows, vectors of the group] = x [rows, depth] times the group, or added to z. Steps are floats from row to row.
  struct Sides {
    int64_t rows;
    const float* x;
    int64_t x_step;
    float* z;
    int64_t z_step;
    bool adds;
    const float* ahead = nullptr;  // what is worked on next, brought closer meanwhile
    int64_t ahead_floats = 0;
  };
  void multiply(int64_t group, const float* packed, const Sides& sides) const;

  // Floats of a vector.
  static int64_t lanes();
  // [0, columns) in vectors.
  static std::vector<Columns> in_order(int64_t columns);

 private:
  // Vectors [begin, begin + count) side by side.
  struct Panel {
    int64_t begin;
    int64_t count;
  };
  std::span<const Panel> panels_of(int64_t group) const;

  int64_t depth_ = 0;
  int64_t group_ = 0;
  std::vector<Columns> vectors_;
  std::vector<Panel> panels_;
  int64_t panels_per_group_ = 0;
};

}  // namespace dltrain::backends::onednn
