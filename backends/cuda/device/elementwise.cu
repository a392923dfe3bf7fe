// Primitives element by element. Names: OP_DTYPE; cast_FROM_TO; select_BYTES.
#include "backends/cuda/device/elementwise.h"

using namespace dltrain::backends::cuda::device;

#define DLTRAIN_UNARY(name, F, dtype, T) DLTRAIN_KERNEL(name##_##dtype, Unary<Plain<F>, T, T>)
#define DLTRAIN_REAL(name, F)                                                  \
  DLTRAIN_UNARY(name, F, float32, float) DLTRAIN_UNARY(name, F, float64, double) \
  DLTRAIN_UNARY(name, F, bfloat16, Bfloat16) DLTRAIN_UNARY(name, F, float16, Float16)

DLTRAIN_REAL(exp, Exp)
DLTRAIN_REAL(log, Log)
DLTRAIN_REAL(log1p, Log1p)
DLTRAIN_REAL(expm1, Expm1)
DLTRAIN_REAL(sqrt, Sqrt)
DLTRAIN_REAL(rsqrt, Rsqrt)
DLTRAIN_REAL(reciprocal, Reciprocal)
DLTRAIN_REAL(tanh, Tanh)
DLTRAIN_REAL(erf, Erf)
DLTRAIN_REAL(floor, Floor)
DLTRAIN_REAL(sin, Sin)
DLTRAIN_REAL(cos, Cos)

#define DLTRAIN_TEST(name, F, dtype, T) DLTRAIN_KERNEL(name##_##dtype, Binary<Plain<F>, T, uint8_t>)
#define DLTRAIN_TWO(name, F, dtype, T) DLTRAIN_KERNEL(name##_##dtype, Binary<Plain<F>, T, T>)
#define DLTRAIN_CAST(from, T, to, R) DLTRAIN_KERNEL(cast_##from##_##to, Unary<ConvertTo<R>, T, R>)
#define DLTRAIN_CASTS(from, T)                                                   \
  DLTRAIN_CAST(from, T, float32, float) DLTRAIN_CAST(from, T, float64, double)   \
  DLTRAIN_CAST(from, T, bfloat16, Bfloat16) DLTRAIN_CAST(from, T, float16, Float16)                                      \
  DLTRAIN_CAST(from, T, int8, int8_t) DLTRAIN_CAST(from, T, uint8, uint8_t)      \
  DLTRAIN_CAST(from, T, int32, int32_t) DLTRAIN_CAST(from, T, int64, int64_t)    \
  DLTRAIN_KERNEL(cast_##from##_bool, Unary<ToBool, T, uint8_t>)
// What every number has.
#define DLTRAIN_NUMBER(dtype, T)                                                              \
  DLTRAIN_UNARY(neg, Neg, dtype, T) DLTRAIN_UNARY(abs, Abs, dtype, T)                         \
  DLTRAIN_UNARY(sign, Sign, dtype, T) DLTRAIN_UNARY(square, Square, dtype, T)                 \
  DLTRAIN_KERNEL(is_finite_##dtype, Unary<Plain<IsFinite>, T, uint8_t>)                       \
  DLTRAIN_TWO(add, Add, dtype, T) DLTRAIN_TWO(sub, Sub, dtype, T)                             \
  DLTRAIN_TWO(mul, Mul, dtype, T) DLTRAIN_TWO(div, Div, dtype, T)                             \
  DLTRAIN_TWO(maximum, Maximum, dtype, T) DLTRAIN_TWO(minimum, Minimum, dtype, T)             \
  DLTRAIN_TEST(equal, Equal, dtype, T) DLTRAIN_TEST(less, Less, dtype, T)                     \
  DLTRAIN_TEST(less_equal, LessEqual, dtype, T) DLTRAIN_CASTS(dtype, T)

DLTRAIN_NUMBER(float32, float)
DLTRAIN_NUMBER(float64, double)
DLTRAIN_NUMBER(bfloat16, Bfloat16)
DLTRAIN_NUMBER(float16, Float16)
DLTRAIN_NUMBER(int32, int32_t)
DLTRAIN_NUMBER(int64, int64_t)
DLTRAIN_TWO(pow, Pow, float32, float)
DLTRAIN_TWO(pow, Pow, float64, double)
DLTRAIN_TWO(pow, Pow, bfloat16, Bfloat16)
DLTRAIN_TWO(pow, Pow, float16, Float16)

// Small integers are what data comes in: they become other numbers before anything is done with them.
DLTRAIN_CASTS(int8, int8_t)
DLTRAIN_CASTS(uint8, uint8_t)
DLTRAIN_CASTS(bool, uint8_t)
DLTRAIN_TEST(equal, Equal, bool, uint8_t)
DLTRAIN_TEST(less, Less, bool, uint8_t)
DLTRAIN_TEST(less_equal, LessEqual, bool, uint8_t)
DLTRAIN_TEST(logical_and, LogicalAnd, bool, uint8_t)
DLTRAIN_TEST(logical_or, LogicalOr, bool, uint8_t)
DLTRAIN_KERNEL(logical_not_bool, Unary<Plain<LogicalNot>, uint8_t, uint8_t>)

DLTRAIN_KERNEL(select_1, Select<uint8_t>)
DLTRAIN_KERNEL(select_2, Select<uint16_t>)
DLTRAIN_KERNEL(select_4, Select<uint32_t>)
DLTRAIN_KERNEL(select_8, Select<uint64_t>)
