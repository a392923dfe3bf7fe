// The names of element types in safetensors files.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "core/dtype.h"

namespace dltrain::formats::safetensors {

// In the order in which the reference writer lays data out: what needs the widest alignment first.
inline constexpr std::array<std::pair<DType, std::string_view>, 9> dtypes = {{{DType::i64, "I64"},
                                                                              {DType::f64, "F64"},
                                                                              {DType::f32, "F32"},
                                                                              {DType::i32, "I32"},
                                                                              {DType::bf16, "BF16"},
                                                                              {DType::f16, "F16"},
                                                                              {DType::i8, "I8"},
                                                                              {DType::u8, "U8"},
                                                                              {DType::boolean, "BOOL"}}};

// The place of a dtype in the table above.
inline size_t rank_of(DType dtype) {
  const auto found =
      std::find_if(dtypes.begin(), dtypes.end(), [&](const auto& entry) { return entry.first == dtype; });
  return static_cast<size_t>(found - dtypes.begin());
}

}  // namespace dltrain::formats::safetensors
