// Sums and extremes of float32 and bfloat16. Sums are gathered in double, block by block, so that their error does not grow with
// length.
#pragma once

#include <cstdint>

#include "backends/onednn/bfloat16.h"

namespace dltrain::backends::onednn {

enum class Extreme {
  max,
  min
};

double sum_of(const float* x, int64_t count);
double sum_of(const Bfloat16* x, int64_t count);
double sum_of_squares_of(const float* x, int64_t count);
// Of x + factor y.
double sum_of_squares_of(const float* x, const float* y, float factor, int64_t count);
bool all_finite_in(const float* x, int64_t count);
// Not a number if one is among them. count > 0.
float extreme_of(const float* x, int64_t count, Extreme which);
float extreme_of(const Bfloat16* x, int64_t count, Extreme which);

// sums[c] += the sum over rows of x[row * stride + c], for c below columns.
void add_columns(const float* x, int64_t rows, int64_t stride, int64_t columns, double* sums);
void add_columns(const Bfloat16* x, int64_t rows, int64_t stride, int64_t columns, double* sums);
// y[r] = the place of the first largest of row r of `count` elements, a not-a-number being larger than anything. Some
// of the last rows are left out: returns how many are done. For rows below 1024 elements.
int64_t argmax_rows(const float* x, int64_t rows, int64_t count, int32_t* y);
// result[c] = the extreme of result[c] and x[row * stride + c] over all rows.
void extreme_columns(const float* x, int64_t rows, int64_t stride, int64_t columns, float* result, Extreme which);
void extreme_columns(const Bfloat16* x, int64_t rows, int64_t stride, int64_t columns, Bfloat16* result, Extreme which);

}  // namespace dltrain::backends::onednn
