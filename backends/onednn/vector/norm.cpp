#include "backends/onednn/vector/norm.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/onednn/vector/norm.cpp"
#include "hwy/foreach_target.h"

#include "backends/onednn/vector/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dltrain::backends::onednn::HWY_NAMESPACE {
namespace {

// Rows that are added up in float32 before the sum goes to double.
constexpr int64_t block = 128;

// Two sums down each column at once: f(element, channel, Whole or Part, sum, sum) adds one row.
template <class F> HWY_INLINE void column_sums(int64_t rows, int64_t channels, double* first, double* second, F f) {
  for (int64_t r0 = 0; r0 < rows; r0 += block) {
    const int64_t r1 = std::min(rows, r0 + block);
    for_vectors(channels, [&](int64_t c, auto n) HWY_ATTR {
      V s = hn::Zero(D());
      V t = hn::Zero(D());
      for (int64_t r = r0; r < r1; ++r) f(r * channels + c, c, n, s, t);
      add_to_doubles(s, first + c, n);
      add_to_doubles(t, second + c, n);
    });
  }
}

template <class T>
void moments(const T* x, const float* shift, int64_t rows, int64_t channels, double* first, double* second) {
  column_sums(rows, channels, first, second, [=](int64_t at, int64_t c, auto n, V& s, V& t) HWY_ATTR {
    const V v = hn::Sub(load(x + at, n), load(shift + c, n));
    s = hn::Add(s, v);
    t = hn::MulAdd(v, v, t);
  });
}

HWY_INLINE V rectified(V y, Rectifier rectifier) {
  if (!rectifier.used) return y;
  const V positive = hn::IfThenElse(hn::Le(y, number(0)), number(0), y);
  return hn::IfThenElse(hn::Gt(positive, number(rectifier.limit)), number(rectifier.limit), positive);
}

HWY_INLINE V masked_by(V y, V dy, Rectifier rectifier) {
  return hn::IfThenElseZero(hn::And(hn::Gt(y, number(0)), hn::Lt(y, number(rectifier.limit))), dy);
}

// Calls f(element, channel, Whole or Part) for each vector of a table, row by row.
template <class F> HWY_INLINE void for_table(int64_t rows, int64_t channels, F f) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(D()));
  const int64_t whole = channels / lanes * lanes;
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < whole; c += lanes) f(r * channels + c, c, Whole());
    if (whole < channels) f(r * channels + whole, whole, Part{static_cast<size_t>(channels - whole)});
  }
}

HWY_INLINE V normalized(V x, const BatchNormColumns& k, int64_t c, auto n) {
  const V scale = hn::Mul(load(k.gamma + c, n), load(k.inverse + c, n));
  return hn::MulAdd(hn::Sub(x, load(k.mean + c, n)), scale, load(k.beta + c, n));
}

template <class T>
void batch_forward(const BatchNormColumns& columns, Rectifier rectifier, const T* x, const T* residual, int64_t rows,
                   int64_t channels, T* y) {
  const BatchNormColumns k = columns;
  for_table(rows, channels, [=](int64_t at, int64_t c, auto n) HWY_ATTR {
    V v = normalized(load(x + at, n), k, c, n);
    if (residual != nullptr) v = hn::Add(v, load(residual + at, n));
    store(rectified(v, rectifier), y + at, n);
  });
}

// Calls f(flow), where flow(x, dy, element, channel, Whole or Part) is what flows into the normalization: dy, or what a
// rectifier behind it lets through.
template <class T, class F> HWY_INLINE void with_flow(const BatchNormColumns& columns, Rectifier rectifier, const T* y,
                                                      F f) {
  const BatchNormColumns k = columns;
  if (!rectifier.used) {
    f([](V, V dy, int64_t, int64_t, auto) HWY_ATTR { return dy; });
  } else if (y != nullptr) {
    f([=](V, V dy, int64_t at, int64_t, auto n) HWY_ATTR { return masked_by(load(y + at, n), dy, rectifier); });
  } else {
    f([=](V x, V dy, int64_t, int64_t c, auto n) HWY_ATTR { return masked_by(normalized(x, k, c, n), dy, rectifier); });
  }
}

template <class T, class Flow>
HWY_INLINE void sums_of_flow(const BatchNormColumns& columns, Flow flow_of, const T* x, const T* dy, int64_t rows,
                             int64_t channels, T* masked, double* sum_dy, double* sum_dyh) {
  const BatchNormColumns k = columns;
  column_sums(rows, channels, sum_dy, sum_dyh, [=](int64_t at, int64_t c, auto n, V& s, V& t) HWY_ATTR {
    const V v = load(x + at, n);
    const V flow = flow_of(v, load(dy + at, n), at, c, n);
    if (masked != nullptr) store(flow, masked + at, n);
    const V h = hn::Mul(hn::Sub(v, load(k.mean + c, n)), load(k.inverse + c, n));
    s = hn::Add(s, flow);
    t = hn::MulAdd(flow, h, t);
  });
}

template <class T>
void batch_sums(const BatchNormColumns& columns, Rectifier rectifier, const T* x, const T* y, const T* dy, int64_t rows,
                int64_t channels, T* masked, double* sum_dy, double* sum_dyh) {
  with_flow(columns, rectifier, y, [&](auto flow_of) HWY_ATTR {
    sums_of_flow(columns, flow_of, x, dy, rows, channels, masked, sum_dy, sum_dyh);
  });
}

template <class T>
void batch_backward(const BatchNormColumns& columns, const BatchNormSlopes& slopes, Rectifier rectifier, const T* x,
                    const T* y, const T* dy, int64_t rows, int64_t channels, T* dx) {
  const float* const mean = columns.mean;
  const BatchNormSlopes s = slopes;
  with_flow(columns, rectifier, y, [&](auto flow_of) HWY_ATTR {
    for_table(rows, channels, [=](int64_t at, int64_t c, auto n) HWY_ATTR {
      const V v = load(x + at, n);
      const V flow = flow_of(v, load(dy + at, n), at, c, n);
      const V centered = hn::Sub(v, load(mean + c, n));
      store(hn::MulAdd(load(s.a + c, n), flow, hn::MulAdd(load(s.b + c, n), centered, load(s.d + c, n))), dx + at, n);
    });
  });
}

// The sum of f over one row; f gives zeros where the row has ended.
template <class F> HWY_INLINE float row_sum(int64_t channels, F f) {
  V total = hn::Zero(D());
  for_vectors(channels, [&](int64_t c, auto n) HWY_ATTR { total = hn::Add(total, f(c, n)); });
  return hn::ReduceSum(D(), total);
}

template <class T>
void layer_forward(const T* x, const float* gamma, const float* beta, float epsilon, int64_t rows, int64_t channels,
                   T* y, float* mean, float* inverse) {
  const float share = 1 / static_cast<float>(channels);
  for (int64_t r = 0; r < rows; ++r, x += channels, y += channels) {
    const T* const row = x;
    const float average = share * row_sum(channels, [=](int64_t c, auto n) HWY_ATTR { return load(row + c, n); });
    const V center = number(average);
    const float spread = share * row_sum(channels, [=](int64_t c, auto n) HWY_ATTR {
                           const V v = hn::Sub(load_or(center, row + c, n), center);
                           return hn::Mul(v, v);
                         });
    const float scale = hn::GetLane(hn::Div(number(1), hn::Sqrt(number(spread + epsilon))));
    for_vectors(channels, [&](int64_t c, auto n) HWY_ATTR {
      const V h = hn::Mul(hn::Sub(load(row + c, n), center), number(scale));
      store(hn::MulAdd(h, load(gamma + c, n), load(beta + c, n)), y + c, n);
    });
    if (mean != nullptr) mean[r] = average;
    if (inverse != nullptr) inverse[r] = scale;
  }
}

template <class T>
void layer_row(const T* x, const float* gamma, float mean, float inverse, const T* dy, int64_t channels, T* dx) {
  const auto h_of = [=](int64_t c, auto n)
                        HWY_ATTR { return hn::Mul(hn::Sub(load(x + c, n), number(mean)), number(inverse)); };
  const auto g_of = [=](int64_t c, auto n) HWY_ATTR { return hn::Mul(load(dy + c, n), load(gamma + c, n)); };
  const float share = 1 / static_cast<float>(channels);
  const V sum_g = number(share * row_sum(channels, g_of));
  const V sum_gh =
      number(share * row_sum(channels, [=](int64_t c, auto n) HWY_ATTR { return hn::Mul(g_of(c, n), h_of(c, n)); }));
  for_vectors(channels, [&](int64_t c, auto n) HWY_ATTR {
    const V common = hn::MulAdd(h_of(c, n), sum_gh, sum_g);
    store(hn::Mul(hn::Sub(g_of(c, n), common), number(inverse)), dx + c, n);
  });
}

template <class T>
void layer_backward(const T* x, const float* gamma, const float* mean, const float* inverse, const T* dy, int64_t rows,
                    int64_t channels, T* dx, double* dgamma, double* dbeta) {
  // Sums first: dx may be written over dy.
  if (dgamma != nullptr) {
    column_sums(rows, channels, dbeta, dgamma, [=](int64_t at, int64_t, auto n, V& s, V& t) HWY_ATTR {
      const int64_t r = at / channels;
      const V flow = load(dy + at, n);
      s = hn::Add(s, flow);
      t = hn::MulAdd(flow, hn::Mul(hn::Sub(load(x + at, n), number(mean[r])), number(inverse[r])), t);
    });
  }
  if (dx == nullptr) return;
  for (int64_t r = 0; r < rows; ++r)
    layer_row(x + r * channels, gamma, mean[r], inverse[r], dy + r * channels, channels, dx + r * channels);
}

template <class T> const NormLoops<T>& loops() {
  static constexpr NormLoops<T> table = {moments<T>,        batch_forward<T>, batch_sums<T>,
                                         batch_backward<T>, layer_forward<T>, layer_backward<T>};
  return table;
}
const NormLoops<float>& wide_loops() { return loops<float>(); }
const NormLoops<Bfloat16>& narrow_loops() { return loops<Bfloat16>(); }

}  // namespace
}  // namespace dltrain::backends::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dltrain::backends::onednn {

HWY_EXPORT(wide_loops);
HWY_EXPORT(narrow_loops);
template <> const NormLoops<float>& norm_loops<float>() { return HWY_DYNAMIC_DISPATCH(wide_loops)(); }
template <> const NormLoops<Bfloat16>& norm_loops<Bfloat16>() { return HWY_DYNAMIC_DISPATCH(narrow_loops)(); }

}  // namespace dltrain::backends::onednn
#endif
