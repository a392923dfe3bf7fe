#include "datasets/gather.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/checked.h"
#include "core/diagnostic.h"

namespace dltrain::datasets {

void reshape_buffer(Array& array, DType dtype, Shape shape) {
  const size_t size = to_size(checked_multiply(shape.elements(), static_cast<int64_t>(byte_size(dtype))));
  array.dtype = dtype;
  array.shape = std::move(shape);
  if (array.bytes.size() != size) array.bytes.resize(size);
}

void reshape_rows(Array& array, DType dtype, int64_t rows, const Shape& sample) {
  const std::span<const int64_t> sizes = array.shape.sizes();
  const bool fits = array.dtype == dtype && !sizes.empty() && sizes[0] == rows &&
                    std::ranges::equal(sizes.subspan(1), sample.sizes());
  if (!fits) reshape_buffer(array, dtype, Shape{rows}.concat(sample));
}

namespace {

template <class From> void scale_row(const From* from, int64_t count, float scale, float offset, float* to) {
  for (int64_t i = 0; i < count; ++i) to[i] = static_cast<float>(from[i]) * scale + offset;
}

void half_row(const uint16_t* from, int64_t count, bool brain, float scale, float offset, float* to) {
  for (int64_t i = 0; i < count; ++i) {
    to[i] = (brain ? bfloat_to_float(from[i]) : half_to_float(from[i])) * scale + offset;
  }
}

void scale_row(DType dtype, const std::byte* from, int64_t count, float scale, float offset, float* to) {
  switch (dtype) {
    case DType::boolean:
    case DType::u8: return scale_row(reinterpret_cast<const uint8_t*>(from), count, scale, offset, to);
    case DType::i8: return scale_row(reinterpret_cast<const int8_t*>(from), count, scale, offset, to);
    case DType::i32: return scale_row(reinterpret_cast<const int32_t*>(from), count, scale, offset, to);
    case DType::i64: return scale_row(reinterpret_cast<const int64_t*>(from), count, scale, offset, to);
    case DType::f32: return scale_row(reinterpret_cast<const float*>(from), count, scale, offset, to);
    case DType::f64: return scale_row(reinterpret_cast<const double*>(from), count, scale, offset, to);
    case DType::f16: return half_row(reinterpret_cast<const uint16_t*>(from), count, false, scale, offset, to);
    case DType::bf16: return half_row(reinterpret_cast<const uint16_t*>(from), count, true, scale, offset, to);
  }
}

}  // namespace

void gather_rows(const Array& data, std::span<const int64_t> rows, double scale, double offset, Array& out) {
  const int64_t count = data.shape[0];
  const int64_t row_elements = count > 0 ? data.elements() / count : 0;
  const size_t row_bytes = to_size(row_elements) * byte_size(data.dtype);
  const bool copies = data.dtype == out.dtype && scale == 1 && offset == 0;
  if (!copies && out.dtype != DType::f32) throw Bug("only float32 batches are scaled");
  const size_t out_bytes = to_size(row_elements) * byte_size(out.dtype);
  if (out.bytes.size() != rows.size() * out_bytes) throw Bug("a batch has another size than its rows");
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] < 0 || rows[i] >= count) throw Bug("a row outside of the data is read");
    const std::byte* from = data.bytes.data() + to_size(rows[i]) * row_bytes;
    std::byte* to = out.bytes.data() + i * out_bytes;
    if (copies) {
      if (row_bytes > 0) std::memcpy(to, from, row_bytes);
    } else {
      scale_row(data.dtype, from, row_elements, static_cast<float>(scale), static_cast<float>(offset),
                reinterpret_cast<float*>(to));
    }
  }
}

void fill_columns(Array& table, std::span<const double> fill) {
  const std::span<float> values = table.as<float>();
  for (size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) values[i] = static_cast<float>(fill[i % fill.size()]);
  }
}

}  // namespace dltrain::datasets
