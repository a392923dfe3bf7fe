// An input that lies in memory as one array [N, ...].
#pragma once

#include "datasets/samples.h"

namespace dltrain::datasets {

// Integers stay integers (as i32) unless `field.dtype` is float32. A value v is given as v * scale + offset.
std::unique_ptr<FieldStore> array_store(Array data, double scale = 1, double offset = 0);

// An input from an array [N, ...], as files hold them. Fixes the field's shape and dtype: float32, but int32 for i8,
// i32 and i64 arrays without scaling (token numbers; u8 counts as pixels or numbers). Throws UserError (data) beginning
// with `path` for NaN, infinities, and integers outside of int32.
InputField array_input(const std::string& name, Array data, double scale, double offset, const std::string& path);

// Throws UserError (data) that names the sample and the element of the first NaN or infinity of a float array [N, ...];
// samples count from `first`.
void check_finite(const Array& data, const std::string& path, int64_t first = 0);
// Throws UserError (data) if an i64 array holds what does not fit into 32 bits.
void check_int32(const Array& data, const std::string& path);

}  // namespace dltrain::datasets
