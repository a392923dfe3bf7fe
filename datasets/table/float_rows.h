// Rows of floats that grow: f32 [N, columns].
#pragma once

#include <cstring>
#include <span>

#include "core/array.h"

namespace dltrain::datasets {

struct FloatRows {
  Array array;
  explicit FloatRows(size_t columns) {
    array.dtype = DType::f32;
    array.shape = Shape{0, static_cast<int64_t>(columns)};
  }
  void append(std::span<const float> row) {
    const size_t before = array.bytes.size();
    array.bytes.resize(before + row.size_bytes());
    std::memcpy(array.bytes.data() + before, row.data(), row.size_bytes());
    ++array.shape[0];
  }
};

}  // namespace dltrain::datasets
