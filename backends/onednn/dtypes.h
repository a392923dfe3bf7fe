// From a dtype to the C++ type that its elements are stored as; truth values are bytes of 0 or 1.
#pragma once

#include <cstdint>

#include "core/dtype.h"

namespace dltrain::backends::onednn {

// Calls f((T*)nullptr) for the type of `dtype`; false for those that this backend does not compute in (float16,
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

}  // namespace dltrain::backends::onednn
