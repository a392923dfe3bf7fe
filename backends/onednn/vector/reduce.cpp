#include "backends/onednn/vector/reduce.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/onednn/vector/reduce.cpp"
#include "hwy/foreach_target.h"

#include "backends/onednn/vector/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dltrain::backends::onednn::HWY_NAMESPACE {
namespace {

// Elements or rows that are added up in float32 before the sum goes to double.
constexpr int64_t block = 256;

// What f(sum, element, Whole or Part) adds up, with four chains of additions.
template <class F> HWY_INLINE double sum_map(int64_t count, F f) {
  const D d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  double total = 0;
  int64_t i = 0;
  while (i + 4 * lanes <= count) {
    const int64_t end = std::min(count - 4 * lanes, i + 4 * lanes * block);
    V a = hn::Zero(d);
    V b = hn::Zero(d);
    V c = hn::Zero(d);
    V e = hn::Zero(d);
    for (; i <= end; i += 4 * lanes) {
      a = f(a, i, Whole());
      b = f(b, i + lanes, Whole());
      c = f(c, i + 2 * lanes, Whole());
      e = f(e, i + 3 * lanes, Whole());
    }
    total += static_cast<double>(hn::ReduceSum(d, hn::Add(hn::Add(a, b), hn::Add(c, e))));
  }
  V rest = hn::Zero(d);
  for (; i + lanes <= count; i += lanes) rest = f(rest, i, Whole());
  if (i < count) rest = f(rest, i, Part{static_cast<size_t>(count - i)});
  return total + static_cast<double>(hn::ReduceSum(d, rest));
}

template <class T> double sum(const T* x, int64_t count) {
  return sum_map(count, [=](V total, int64_t i, auto n) HWY_ATTR { return hn::Add(total, load(x + i, n)); });
}
double sum_of_squares(const float* x, int64_t count) {
  return sum_map(count, [=](V total, int64_t i, auto n) HWY_ATTR {
    const V v = load(x + i, n);
    return hn::MulAdd(v, v, total);
  });
}
double sum_of_both_squares(const float* x, const float* y, float factor, int64_t count) {
  return sum_map(count, [=](V total, int64_t i, auto n) HWY_ATTR {
    const V v = hn::MulAdd(load(y + i, n), number(factor), load(x + i, n));
    return hn::MulAdd(v, v, total);
  });
}

// x - x is 0 for finite numbers and not a number for the others.
bool all_finite(const float* x, int64_t count) {
  const D d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  V strange = hn::Zero(d);
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const V v = hn::LoadU(d, x + i);
    strange = hn::Add(strange, hn::Sub(v, v));
  }
  if (i < count) {
    const V v = load(x + i, Part{static_cast<size_t>(count - i)});
    strange = hn::Add(strange, hn::Sub(v, v));
  }
  return hn::AllTrue(d, hn::Eq(strange, hn::Zero(d)));
}

template <Extreme which> HWY_INLINE V extreme(V x, V y) {
  return which == Extreme::max ? maximum(x, y) : minimum(x, y);
}

template <Extreme which, class T> HWY_INLINE float extreme_row(const T* x, int64_t count) {
  const D d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  V result = number(as_float(*x));
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) result = extreme<which>(result, load(x + i, Whole()));
  if (i < count)
    result = extreme<which>(result, load_or(number(as_float(*x)), x + i, Part{static_cast<size_t>(count - i)}));
  if (!hn::AllFalse(d, hn::IsNaN(result))) return std::numeric_limits<float>::quiet_NaN();
  return which == Extreme::max ? hn::ReduceMax(d, result) : hn::ReduceMin(d, result);
}
template <class T> float extreme_of(const T* x, int64_t count, Extreme which) {
  return which == Extreme::max ? extreme_row<Extreme::max>(x, count) : extreme_row<Extreme::min>(x, count);
}

// Four vectors of columns at once, and the remaining ones with two chains of additions each.
template <class T>
void add_block(const T* x, int64_t rows, int64_t stride, int64_t columns, double* sums) {
  const D d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t c = 0;
  for (; c + 4 * lanes <= columns; c += 4 * lanes) {
    V s0 = hn::Zero(d);
    V s1 = hn::Zero(d);
    V s2 = hn::Zero(d);
    V s3 = hn::Zero(d);
    const T* row = x + c;
    for (int64_t r = 0; r < rows; ++r, row += stride) {
      s0 = hn::Add(s0, load(row, Whole()));
      s1 = hn::Add(s1, load(row + lanes, Whole()));
      s2 = hn::Add(s2, load(row + 2 * lanes, Whole()));
      s3 = hn::Add(s3, load(row + 3 * lanes, Whole()));
    }
    add_to_doubles(s0, sums + c, Whole());
    add_to_doubles(s1, sums + c + lanes, Whole());
    add_to_doubles(s2, sums + c + 2 * lanes, Whole());
    add_to_doubles(s3, sums + c + 3 * lanes, Whole());
  }
  const T* const rest = x + c;
  double* const rest_sums = sums + c;
  for_vectors(columns - c, [=](int64_t i, auto n) HWY_ATTR {
    V even = hn::Zero(D());
    V odd = hn::Zero(D());
    const T* row = rest + i;
    int64_t r = 0;
    for (; r + 2 <= rows; r += 2, row += 2 * stride) {
      even = hn::Add(even, load(row, n));
      odd = hn::Add(odd, load(row + stride, n));
    }
    if (r < rows) even = hn::Add(even, load(row, n));
    add_to_doubles(hn::Add(even, odd), rest_sums + i, n);
  });
}

template <class T> void add_columns(const T* x, int64_t rows, int64_t stride, int64_t columns, double* sums) {
  for (int64_t r = 0; r < rows; r += block) add_block(x + r * stride, std::min(block, rows - r), stride, columns, sums);
}

// As many rows at once as a vector has lanes.
int64_t argmax_rows(const float* x, int64_t rows, int64_t count, int32_t* y) {
  const D d;
  const hn::RebindToSigned<D> places;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto starts = hn::Mul(hn::Iota(places, 0), hn::Set(places, static_cast<int32_t>(count)));
  int64_t r = 0;
  for (; r + lanes <= rows; r += lanes) {
    const float* first = x + r * count;
    V largest = hn::GatherIndex(d, first, starts);
    auto place = hn::Zero(places);
    for (int64_t k = 1; k < count; ++k) {
      const V value = hn::GatherIndex(d, first + k, starts);
      const Mask larger = hn::AndNot(hn::IsNaN(largest), hn::Not(hn::Le(value, largest)));
      largest = hn::IfThenElse(larger, value, largest);
      place = hn::IfThenElse(hn::RebindMask(places, larger), hn::Set(places, static_cast<int32_t>(k)), place);
    }
    hn::StoreU(place, places, y + r);
  }
  return r;
}

template <Extreme which, class T>
HWY_INLINE void extreme_table(const T* x, int64_t rows, int64_t stride, int64_t columns, T* result) {
  for_vectors(columns, [=](int64_t c, auto n) HWY_ATTR {
    V best = load(result + c, n);
    for (int64_t r = 0; r < rows; ++r) best = extreme<which>(best, load(x + r * stride + c, n));
    store(best, result + c, n);
  });
}
template <class T>
void extreme_columns(const T* x, int64_t rows, int64_t stride, int64_t columns, T* result, Extreme which) {
  if (which == Extreme::max) extreme_table<Extreme::max>(x, rows, stride, columns, result);
  else extreme_table<Extreme::min>(x, rows, stride, columns, result);
}

double sum_wide(const float* x, int64_t count) { return sum<float>(x, count); }
double sum_narrow(const Bfloat16* x, int64_t count) { return sum<Bfloat16>(x, count); }
float extreme_wide(const float* x, int64_t count, Extreme which) { return extreme_of<float>(x, count, which); }
float extreme_narrow(const Bfloat16* x, int64_t count, Extreme which) { return extreme_of<Bfloat16>(x, count, which); }
void add_wide(const float* x, int64_t rows, int64_t stride, int64_t columns, double* sums) {
  add_columns<float>(x, rows, stride, columns, sums);
}
void add_narrow(const Bfloat16* x, int64_t rows, int64_t stride, int64_t columns, double* sums) {
  add_columns<Bfloat16>(x, rows, stride, columns, sums);
}
void extremes_wide(const float* x, int64_t rows, int64_t stride, int64_t columns, float* result, Extreme which) {
  extreme_columns<float>(x, rows, stride, columns, result, which);
}
void extremes_narrow(const Bfloat16* x, int64_t rows, int64_t stride, int64_t columns, Bfloat16* result,
                     Extreme which) {
  extreme_columns<Bfloat16>(x, rows, stride, columns, result, which);
}

}  // namespace
}  // namespace dltrain::backends::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dltrain::backends::onednn {

HWY_EXPORT(sum_wide);
HWY_EXPORT(sum_narrow);
HWY_EXPORT(sum_of_squares);
HWY_EXPORT(sum_of_both_squares);
HWY_EXPORT(all_finite);
HWY_EXPORT(extreme_wide);
HWY_EXPORT(extreme_narrow);
HWY_EXPORT(add_wide);
HWY_EXPORT(add_narrow);
HWY_EXPORT(extremes_wide);
HWY_EXPORT(extremes_narrow);
HWY_EXPORT(argmax_rows);

double sum_of(const float* x, int64_t count) { return HWY_DYNAMIC_DISPATCH(sum_wide)(x, count); }
double sum_of(const Bfloat16* x, int64_t count) { return HWY_DYNAMIC_DISPATCH(sum_narrow)(x, count); }
double sum_of_squares_of(const float* x, int64_t count) { return HWY_DYNAMIC_DISPATCH(sum_of_squares)(x, count); }
double sum_of_squares_of(const float* x, const float* y, float factor, int64_t count) {
  return HWY_DYNAMIC_DISPATCH(sum_of_both_squares)(x, y, factor, count);
}
bool all_finite_in(const float* x, int64_t count) { return HWY_DYNAMIC_DISPATCH(all_finite)(x, count); }
float extreme_of(const float* x, int64_t count, Extreme which) {
  return HWY_DYNAMIC_DISPATCH(extreme_wide)(x, count, which);
}
float extreme_of(const Bfloat16* x, int64_t count, Extreme which) {
  return HWY_DYNAMIC_DISPATCH(extreme_narrow)(x, count, which);
}
void add_columns(const float* x, int64_t rows, int64_t stride, int64_t columns, double* sums) {
  HWY_DYNAMIC_DISPATCH(add_wide)(x, rows, stride, columns, sums);
}
void add_columns(const Bfloat16* x, int64_t rows, int64_t stride, int64_t columns, double* sums) {
  HWY_DYNAMIC_DISPATCH(add_narrow)(x, rows, stride, columns, sums);
}
void extreme_columns(const float* x, int64_t rows, int64_t stride, int64_t columns, float* result, Extreme which) {
  HWY_DYNAMIC_DISPATCH(extremes_wide)(x, rows, stride, columns, result, which);
}
void extreme_columns(const Bfloat16* x, int64_t rows, int64_t stride, int64_t columns, Bfloat16* result,
                     Extreme which) {
  HWY_DYNAMIC_DISPATCH(extremes_narrow)(x, rows, stride, columns, result, which);
}
int64_t argmax_rows(const float* x, int64_t rows, int64_t count, int32_t* y) {
  return HWY_DYNAMIC_DISPATCH(argmax_rows)(x, rows, count, y);
}

}  // namespace dltrain::backends::onednn
#endif
