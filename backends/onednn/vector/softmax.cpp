#include "backends/onednn/vector/softmax.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/onednn/vector/softmax.cpp"
#include "hwy/foreach_target.h"

#include "backends/onednn/vector/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dltrain::backends::onednn::HWY_NAMESPACE {
namespace {

HWY_INLINE float largest(const float* x, int64_t count) {
  V best = number(-infinity);
  for_vectors(count, [&](int64_t i, auto n) HWY_ATTR { best = hn::Max(best, load_or(number(-infinity), x + i, n)); });
  return hn::ReduceMax(D(), best);
}

// The sum of f over a row; f gets zeros, and must give zeros, where the row has ended.
template <class F> HWY_INLINE float sum_over(int64_t count, F f) {
  V total = hn::Zero(D());
  for_vectors(count, [&](int64_t i, auto n) HWY_ATTR { total = hn::Add(total, f(i, n)); });
  return hn::ReduceSum(D(), total);
}

template <class Some> HWY_INLINE V powers(const float* x, V shift, Some n) {
  return exp(hn::Sub(load_or(number(-infinity), x, n), shift));
}

HWY_INLINE float sum_of_powers(const float* x, float shift, int64_t count) {
  return sum_over(count, [=](int64_t i, auto n) HWY_ATTR { return powers(x + i, number(shift), n); });
}

float log_of(float x) { return hn::GetLane(log(number(x))); }

// Maxima and sums of powers of as many short rows at once as a vector has lanes; returns how many rows are done.
int64_t sums_of_short_rows(const float* x, int64_t rows, int64_t count, float* shifts, float* y) {
  const D d;
  const hn::RebindToSigned<D> places;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto starts = hn::Mul(hn::Iota(places, 0), hn::Set(places, static_cast<int32_t>(count)));
  int64_t r = 0;
  for (; r + lanes <= rows; r += lanes) {
    const float* first = x + r * count;
    V shift = hn::GatherIndex(d, first, starts);
    for (int64_t k = 1; k < count; ++k) shift = hn::Max(shift, hn::GatherIndex(d, first + k, starts));
    V total = hn::Zero(d);
    for (int64_t k = 0; k < count; ++k) {
      total = hn::Add(total, exp(hn::Sub(hn::GatherIndex(d, first + k, starts), shift)));
    }
    hn::StoreU(shift, d, shifts + r);
    hn::StoreU(total, d, y + r);
  }
  return r;
}

// All sums first: a logarithm of one number takes as long as one of a whole vector.
void log_sums(const float* x, int64_t rows, int64_t count, float* shifts, float* y) {
  constexpr int64_t most = 32;  // beyond, a row fills vectors of its own
  for (int64_t r = count <= most ? sums_of_short_rows(x, rows, count, shifts, y) : 0; r < rows; ++r) {
    shifts[r] = largest(x + r * count, count);
    y[r] = sum_of_powers(x + r * count, shifts[r], count);
  }
  for_vectors(rows, [&](int64_t i, auto n) HWY_ATTR { store(log(load(y + i, n)), y + i, n); });
}

// y = factor e^(x - max) / sum of e^(x - max) - weight t
void scaled_softmax(const float* x, float scale, const float* t, float weight, float* y, int64_t count) {
  const V shift = number(largest(x, count));
  V total = hn::Zero(D());
  for_vectors(count, [&](int64_t i, auto n) HWY_ATTR {
    const V p = powers(x + i, shift, n);
    total = hn::Add(total, p);
    store(p, y + i, n);
  });
  const V factor = number(scale / hn::ReduceSum(D(), total));
  for_vectors(count, [&](int64_t i, auto n) HWY_ATTR {
    const V p = hn::Mul(load(y + i, n), factor);
    store(t == nullptr ? p : hn::NegMulAdd(number(weight), load(t + i, n), p), y + i, n);
  });
}

void softmax(const float* x, float* y, int64_t count) { scaled_softmax(x, 1, nullptr, 0, y, count); }

void log_softmax(const float* x, float* y, int64_t count) {
  const float shift = largest(x, count);
  const V rest = number(log_of(sum_of_powers(x, shift, count)));
  for_vectors(count, [&](int64_t i, auto n)
                         HWY_ATTR { store(hn::Sub(hn::Sub(load(x + i, n), number(shift)), rest), y + i, n); });
}

void softmax_grad(const float* y, const float* dy, float* dx, int64_t count) {
  const V inner =
      number(sum_over(count, [=](int64_t i, auto n) HWY_ATTR { return hn::Mul(load(y + i, n), load(dy + i, n)); }));
  for_vectors(count, [&](int64_t i, auto n)
                         HWY_ATTR { store(hn::Mul(load(y + i, n), hn::Sub(load(dy + i, n), inner)), dx + i, n); });
}

float sum(const float* x, int64_t count) {
  return sum_over(count, [=](int64_t i, auto n) HWY_ATTR { return load(x + i, n); });
}

void log_softmax_grad(const float* y, const float* dy, float* dx, int64_t count) {
  const V total = number(sum(dy, count));
  for_vectors(count, [&](int64_t i, auto n)
                         HWY_ATTR { store(hn::NegMulAdd(exp(load(y + i, n)), total, load(dy + i, n)), dx + i, n); });
}

float cross_entropy(const float* x, const float* t, int64_t count) {
  const float shift = largest(x, count);
  const V rest = number(log_of(sum_of_powers(x, shift, count)));
  return sum_over(count, [=](int64_t i, auto n) HWY_ATTR {
    return hn::Mul(load(t + i, n), hn::Sub(rest, hn::Sub(load(x + i, n), number(shift))));
  });
}

void sigmoid_cross_entropy(const float* x, const float* t, float* y, int64_t count) {
  for_vectors(count, [&](int64_t i, auto n) HWY_ATTR {
    const V v = load(x + i, n);
    const V linear = hn::NegMulAdd(v, load(t + i, n), maximum(v, number(0)));
    store(hn::Add(linear, log1p(exp(hn::Neg(hn::Abs(v))))), y + i, n);
  });
}

void sigmoid_cross_entropy_grad(const float* x, const float* t, const float* dy, float* dx, int64_t count) {
  for_vectors(count, [&](int64_t i, auto n) HWY_ATTR {
    const V error = hn::Sub(sigmoid(load(x + i, n)), load(t + i, n));
    store(hn::Mul(error, load(dy + i, n)), dx + i, n);
  });
}

const SoftmaxRows& rows() {
  static constexpr SoftmaxRows table = {
      softmax,       log_softmax,    softmax_grad, log_softmax_grad,      log_sums,
      cross_entropy, scaled_softmax, sum,          sigmoid_cross_entropy, sigmoid_cross_entropy_grad};
  return table;
}

}  // namespace
}  // namespace dltrain::backends::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dltrain::backends::onednn {

HWY_EXPORT(rows);
const SoftmaxRows& softmax_rows() { return HWY_DYNAMIC_DISPATCH(rows)(); }

}  // namespace dltrain::backends::onednn
#endif
