// Element types and their conversions, against the definitions of IEEE 754 and bfloat16.
#include "core/array.h"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <limits>

#include "core/checked.h"

namespace dltrain::test {

TEST_CASE("dtypes have Keras' names, and sizes") {
  constexpr DType all[] = {DType::f64, DType::f32, DType::f16, DType::bf16,   DType::i8,
                           DType::u8,  DType::i32, DType::i64, DType::boolean};
  constexpr const char* names[] = {"float64", "float32", "float16", "bfloat16", "int8",
                                   "uint8",   "int32",   "int64",   "bool"};
  constexpr size_t sizes[] = {8, 4, 2, 2, 1, 1, 4, 8, 1};
  for (size_t i = 0; i < std::size(all); ++i) {
    CHECK(name(all[i]) == names[i]);
    CHECK(dtype_of(names[i]) == all[i]);
    CHECK(byte_size(all[i]) == sizes[i]);
    CHECK(static_cast<size_t>(all[i]) == i);  // stored in files
  }
  CHECK_FALSE(dtype_of("float"));
}

TEST_CASE("half precision rounds to nearest even") {
  CHECK(float_to_half(1.0F) == 0x3c00);
  CHECK(float_to_half(-2.0F) == 0xc000);
  CHECK(float_to_half(1.0F / 3) == 0x3555);
  CHECK(float_to_half(65504.0F) == 0x7bff);
  CHECK(float_to_half(65519.0F) == 0x7bff);
  CHECK(float_to_half(65520.0F) == 0x7c00);              // half way to 65536: even is infinity
  CHECK(float_to_half(1.0F + 0x1p-11F) == 0x3c00);       // a tie, to even
  CHECK(float_to_half(1.0F + 0x1.8p-10F) == 0x3c02);     // a tie, to even
  CHECK(float_to_half(0x1p-24F) == 0x0001);              // the smallest subnormal
  CHECK(float_to_half(0x1p-25F) == 0x0000);              // a tie with zero
  CHECK(float_to_half(0x1.8p-25F) == 0x0001);
  CHECK(float_to_half(0x1.ff8p-15F) == 0x03ff);  // the largest subnormal
  CHECK(float_to_half(0x1.ffcp-15F) == 0x0400);  // a tie with the smallest normal, which is even
  CHECK(float_to_half(0.0F) == 0);
  CHECK(float_to_half(std::numeric_limits<float>::infinity()) == 0x7c00);
  CHECK(float_to_half(-0.0F) == 0x8000);
  CHECK(std::isnan(half_to_float(float_to_half(std::numeric_limits<float>::quiet_NaN()))));
}

TEST_CASE("every half-precision number survives the way through single precision") {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const float value = half_to_float(static_cast<uint16_t>(bits));
    if (std::isnan(value)) continue;
    if (float_to_half(value) != bits) FAIL("half " << bits << " comes back as " << float_to_half(value));
  }
}

TEST_CASE("bfloat16 is the upper half of single precision, rounded") {
  CHECK(float_to_bfloat(1.0F) == 0x3f80);
  CHECK(float_to_bfloat(0x1.01p0F) == 0x3f80);     // a tie, to even
  CHECK(float_to_bfloat(0x1.03p0F) == 0x3f82);     // a tie, to even
  CHECK(float_to_bfloat(0x1.010002p0F) == 0x3f81);
  CHECK(float_to_bfloat(std::numeric_limits<float>::max()) == 0x7f80);
  CHECK(std::isnan(bfloat_to_float(float_to_bfloat(std::numeric_limits<float>::quiet_NaN()))));
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const float value = bfloat_to_float(static_cast<uint16_t>(bits));
    if (!std::isnan(value) && float_to_bfloat(value) != bits) FAIL("bfloat16 " << bits << " does not come back");
  }
}

TEST_CASE("arrays convert between all dtypes") {
  for (const DType dtype :
       {DType::f64, DType::f32, DType::f16, DType::bf16, DType::i8, DType::u8, DType::i32, DType::i64}) {
    Array array(dtype, {3});
    for (int64_t i = 0; i < 3; ++i) set_element(array, i, static_cast<double>(i * 50));
    const Array wide = converted(array, DType::f64);
    for (int64_t i = 0; i < 3; ++i) CHECK(element(wide, i) == static_cast<double>(i * 50));
    CHECK(converted(wide, dtype) == array);
  }
}

TEST_CASE("integers out of range saturate, and truth is what is not 0") {
  Array array(DType::u8, {4});
  const double values[] = {-1, 256, 2.9, std::numeric_limits<double>::quiet_NaN()};
  for (int64_t i = 0; i < 4; ++i) set_element(array, i, values[i]);
  CHECK(element(array, 0) == 0);
  CHECK(element(array, 1) == 255);
  CHECK(element(array, 2) == 2);
  CHECK(element(array, 3) == 0);
  Array wide(DType::i64, {1});
  set_element(wide, 0, 1e30);
  CHECK(wide.as<int64_t>()[0] == INT64_MAX);
  Array truth(DType::boolean, {2});
  set_element(truth, 0, 0.5);
  CHECK(element(truth, 0) == 1);
  CHECK(element(truth, 1) == 0);
}

TEST_CASE("an array is read as what it is") {
  Array array(DType::f32, {2, 2});
  CHECK(array.bytes.size() == 16);
  array.as<float>()[3] = 1.5F;
  CHECK(element(array, 3) == 1.5);
  CHECK_THROWS_AS(array.as<double>(), Bug);
  const int64_t large = int64_t{1} << 62;
  CHECK_THROWS_AS(Array(DType::f32, {large}), SizeOverflow);
}

}  // namespace dltrain::test
