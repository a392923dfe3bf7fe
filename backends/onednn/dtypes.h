// From a dtype to the C++ type that its elements are stored as; truth values are bytes of 0 or 1.
#pragma once

#include <cstdint>

#include "backends/onednn/bfloat16.h"
#include "core/dtype.h"

namespace dltrain::backends::onednn {

// Calls f((T*)nullptr) for the type of `dtype`; false for those that have no arithmetic of their own (float16,
// bfloat16).
template <class F> bool visit_stored(DType dtype, const F& f) {
  switch (dtype) {
    case DType::f64: f(static_cast<double*>(nullptr)); return true;
    case DType::f32: f(static_cast<float*>(nullptr)); return true;
    case DType::i8: f(static_cast<int8_t*>(nullptr)); return true;
    case DType::boolean:
    case DType::u8: f(static_cast<uint8_t*>(nullptr)); return true;
    case DType::i32: f(static_cast<int32_t*>(nullptr)); return true;
    case DType::i64: f(static_cast<int64_t*>(nullptr)); return true;
    default: return false;
  }
}

// The same for what kernels of real numbers read and write: float and Bfloat16.
template <class F> bool visit_real(DType dtype, const F& f) {
  if (dtype == DType::f32) f(static_cast<float*>(nullptr));
  else if (dtype == DType::bf16) f(static_cast<Bfloat16*>(nullptr));
  else return false;
  return true;
}

}  // namespace dltrain::backends::onednn
