// The element types of values. Numbers are stored in files: they never change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace dltrain {

enum class DType : uint8_t {
  f64 = 0,
  f32 = 1,
  f16 = 2,
  bf16 = 3,
  i8 = 4,
  u8 = 5,
  i32 = 6,
  i64 = 7,
  boolean = 8
};

size_t byte_size(DType dtype);                             // of one element
std::string_view name(DType dtype);                        // Keras' name: "float32", "int64", "bool"
std::optional<DType> dtype_of(std::string_view name);      // the inverse of name
constexpr bool is_float(DType d) { return d == DType::f64 || d == DType::f32 || d == DType::f16 || d == DType::bf16; }
constexpr bool is_integer(DType d) { return !is_float(d) && d != DType::boolean; }

// The dtype of a C++ type.
template <class T> constexpr DType dtype_for();
template <> constexpr DType dtype_for<double>() { return DType::f64; }
template <> constexpr DType dtype_for<float>() { return DType::f32; }
template <> constexpr DType dtype_for<int8_t>() { return DType::i8; }
template <> constexpr DType dtype_for<uint8_t>() { return DType::u8; }
template <> constexpr DType dtype_for<int32_t>() { return DType::i32; }
template <> constexpr DType dtype_for<int64_t>() { return DType::i64; }

}  // namespace dltrain
