// Looking for NaN and infinities.
#pragma once

#include <cstdint>

#include "core/array.h"

namespace dltrain {

// The first element, row-major, that is not a finite number; -1 if there is none, or the dtype is not a float.
int64_t first_not_finite(const Array& array);

}  // namespace dltrain
