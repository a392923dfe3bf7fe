// Products x^T y of two tall matrices: gradients of kernels of dense layers, of 1x1 convolutions, of recurrent layers.
// Rows are shared between threads, each of which keeps its sums in the second cache; the library's products reach half
// to two thirds of what the processor can do on these (measured).
#pragma once

#include <cstdint>

#include "backends/onednn/machine.h"
#include "backends/onednn/parallel.h"

namespace dltrain::backends::onednn {

class TransposedProduct {
 public:
  TransposedProduct() = default;
  // z [m, n] = x [rows, m]^T y [rows, n], without gaps between rows.
  TransposedProduct(const Machine& machine, int64_t rows, int64_t m, int64_t n);

  // Whether this is faster than the library: many rows, sums that fit into the second cache.
  static bool pays(const Machine& machine, int64_t rows, int64_t m, int64_t n);

  // Whether it can be computed at all, fast or not.
  static bool computes(const Machine& machine, int64_t m, int64_t n);

  int64_t scratch_bytes() const;
  void run(const float* x, const float* y, float* z, void* scratch) const;

 private:
  // What a thread works on: its sums [m, z_step], and of a tile of rows a copy of x and a panel of y.
  struct Memory {
    float* sums;
    float* x;
    float* panel;
  };
  // Rows of x and y that are worked on together.
  struct Rows {
    const float* x;
    const float* y;
    int64_t count;
    int64_t next;  // rows that follow
  };
  Memory memory_of(void* scratch, int part) const;
  int64_t sums() const { return m_ * z_step_; }
  void add_rows(const Rows& rows, const Memory& memory) const;
  void add_panel(const Rows& rows, int64_t begin, int64_t end, int64_t number, const Memory& memory) const;
  void add_parts(void* scratch, float* z) const;

  int64_t rows_ = 0;
  bool turned_ = false;  // z^T is computed: x and y change places
  int64_t m_ = 0, n_ = 0;  // of what is computed
  int64_t x_step_ = 0, z_step_ = 0;  // floats from row to row
  int64_t panels_ = 0;
  int parts_ = 1;
};

}  // namespace dltrain::backends::onednn
