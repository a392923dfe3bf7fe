// Picks rows of an array into a batch, with the last pass over the values (scaling, conversion to float32) done on the
// way, so that pixels stay bytes until then.
#pragma once

#include <cstdint>
#include <span>

#include "core/array.h"

namespace dltrain::datasets {

// Gives `array` a dtype and a shape, keeping its memory where it can; contents are undefined.
void reshape_buffer(Array& array, DType dtype, Shape shape);

// The same with rows of the shape `sample`; allocates nothing where the array has this shape already.
void reshape_rows(Array& array, DType dtype, int64_t rows, const Shape& sample);

// out[i] = data[rows[i]] * scale + offset. `out` has the shape [rows.size(), row of data...] and is f32, or i32 without
// scaling. A Bug if a row is outside.
void gather_rows(const Array& data, std::span<const int64_t> rows, double scale, double offset, Array& out);

// Puts fill[c] where column c of a table [N, fill.size()] of f32 is NaN.
void fill_columns(Array& table, std::span<const double> fill);

}  // namespace dltrain::datasets
