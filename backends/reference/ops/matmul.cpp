// Products of matrices.
#include "backends/reference/evaluate.h"

namespace dltrain::backends::reference {

namespace {

void matmul(const Call& c) {
  const Tensor right_side = rounded_to(c.in(1), c.in(0).type.dtype);
  const Shape& x = c.in(0).shape();
  const Shape& y = c.in(1).shape();
  const Shape& z = c.out().shape();
  const bool tx = c.attributes.get<bool>("transpose_x");
  const bool ty = c.attributes.get<bool>("transpose_y");
  const int64_t m = z[z.rank() - 2];
  const int64_t n = z.back();
  const int64_t depth = tx ? x[x.rank() - 2] : x.back();
  const int64_t x_row = tx ? 1 : depth, x_inner = tx ? m : 1;
  const int64_t y_inner = ty ? 1 : n, y_column = ty ? depth : 1;
  const Shape batch = z.slice(0, z.rank() - 2);
  Walk walk(batch,
            {broadcast_strides(x.slice(0, x.rank() - 2), batch), broadcast_strides(y.slice(0, y.rank() - 2), batch)});
  double* result = c.out().values.data();
  for (int64_t b = 0; b < batch.elements(); ++b, walk.next()) {
    const double* left = c.in(0).values.data() + walk.offset(0) * m * depth;
    const double* right = right_side.values.data() + walk.offset(1) * depth * n;
    for (int64_t i = 0; i < m; ++i, result += n) {
      for (int64_t k = 0; k < depth; ++k) {
        const double factor = left[i * x_row + k * x_inner];
        for (int64_t j = 0; j < n; ++j) result[j] += factor * right[k * y_inner + j * y_column];
      }
    }
  }
}

}  // namespace

void register_matmul(Evaluations& table) { table.add("matmul", matmul); }

}  // namespace dltrain::backends::reference
