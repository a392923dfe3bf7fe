// Matrix products with any strides: tiles of 64 x 64 through shared memory, 4 x 4 sums a thread, depth in order. Names:
// matmul_DTYPE.
#include "backends/cuda/device/kernel.h"
#include "backends/cuda/device/matmul_parameters.h"

using namespace dltrain::backends::cuda::device;

namespace {

template <class T> struct Matmul {
  using Parameters = MatmulParameters;
  static constexpr uint32_t tile = 64;
  static constexpr uint32_t depth = 16;
  static constexpr uint32_t threads = 256;  // 16 x 16, each with 4 x 4 sums
  static constexpr uint32_t side = 16;

  DLTRAIN_GPU static void run(const Parameters& p) {
    const uint32_t rows = (p.m + tile - 1) / tile;
    const uint32_t columns = (p.n + tile - 1) / tile;
    for (uint32_t work = Thread::block(); work < p.batch * rows * columns; work += Thread::blocks())
      run_tile(p, work / (rows * columns), work / columns % rows * tile, work % columns * tile);
  }

  DLTRAIN_GPU static void run_tile(const Parameters& p, uint32_t batch, uint32_t row, uint32_t column) {
    DLTRAIN_SHARED T left[depth][tile + 1];
    DLTRAIN_SHARED T right[depth][tile + 1];
    const T* x = static_cast<const T*>(p.x) + batch_place(p, batch, p.x_strides);
    const T* y = static_cast<const T*>(p.y) + batch_place(p, batch, p.y_strides);
    const uint32_t own_row = Thread::index() / side;
    const uint32_t own_column = Thread::index() % side;
    T sums[4][4] = {};
    for (uint32_t k0 = 0; k0 < p.k; k0 += depth) {
      for (uint32_t e = Thread::index(); e < depth * tile; e += threads) {
        // Neighbouring threads read neighbours in memory, whichever way the matrix lies.
        const uint32_t xk = p.x_inner == 1 ? e % depth : e / tile;
        const uint32_t xi = p.x_inner == 1 ? e / depth : e % tile;
        const uint32_t yk = p.y_column == 1 ? e / tile : e % depth;
        const uint32_t yj = p.y_column == 1 ? e % tile : e / depth;
        const bool x_inside = row + xi < p.m && k0 + xk < p.k;
        const bool y_inside = column + yj < p.n && k0 + yk < p.k;
        left[xk][xi] = x_inside ? x[(row + xi) * p.x_row + (k0 + xk) * p.x_inner] : T(0);
        right[yk][yj] = y_inside ? y[(k0 + yk) * p.y_inner + (column + yj) * p.y_column] : T(0);
      }
      Thread::synchronize();
      for (uint32_t k = 0; k < depth && k0 + k < p.k; ++k) add_products(left[k], right[k], own_row, own_column, sums);
      Thread::synchronize();
    }
    T* z = static_cast<T*>(p.z) + batch * p.m * p.n;
    for (uint32_t i = 0; i < 4; ++i) {
      for (uint32_t j = 0; j < 4; ++j) {
        const uint32_t r = row + own_row + i * side;
        const uint32_t c = column + own_column + j * side;
        if (r < p.m && c < p.n) z[r * p.n + c] = sums[i][j];
      }
    }
  }

  DLTRAIN_GPU static void add_products(const T* left, const T* right, uint32_t row, uint32_t column, T (&sums)[4][4]) {
    for (uint32_t i = 0; i < 4; ++i) {
      for (uint32_t j = 0; j < 4; ++j) sums[i][j] += left[row + i * side] * right[column + j * side];
    }
  }

  DLTRAIN_GPU static uint32_t batch_place(const Parameters& p, uint32_t batch, const uint32_t* strides) {
    uint32_t place = 0;
    for (int axis = max_axes - 1; axis >= 0; --axis) {
      if (axis >= p.rank) continue;
      place += batch % p.sizes[axis] * strides[axis];
      batch /= p.sizes[axis];
    }
    return place;
  }
};

}  // namespace

DLTRAIN_KERNEL(matmul_float32, Matmul<float>)
DLTRAIN_KERNEL(matmul_float64, Matmul<double>)
