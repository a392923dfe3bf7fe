#include "backends/onednn/vector/elementwise.h"

#include <algorithm>
#include <string_view>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/onednn/vector/elementwise.cpp"
#include "hwy/foreach_target.h"

#include "backends/onednn/vector/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dltrain::backends::onednn::HWY_NAMESPACE {
namespace {

// f(x) for each element of a run, which are T in memory.
template <class T, class F> HWY_INLINE void map(const Run& run, F f) {
  const auto* x = static_cast<const T*>(run.in[0]);
  auto* z = static_cast<T*>(run.out);
  const auto n = static_cast<size_t>(run.count);
  const size_t lanes = hn::Lanes(D());
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) store(f(load(x + i, Whole())), z + i, Whole());
  if (i < n) store(f(load(x + i, Part{n - i})), z + i, Part{n - i});
}

// f(x, y) for each element of a run; either may be one number for all.
template <class T, class F> HWY_INLINE void map_two(const Run& run, F f) {
  const auto* x = static_cast<const T*>(run.in[0]);
  const auto* y = static_cast<const T*>(run.in[1]);
  auto* z = static_cast<T*>(run.out);
  const auto n = static_cast<size_t>(run.count);
  const size_t lanes = hn::Lanes(D());
  const V x0 = number(as_float(*x));
  const V y0 = number(as_float(*y));
  size_t i = 0;
  if (run.step[0] != 0 && run.step[1] != 0) {
    for (; i + lanes <= n; i += lanes) store(f(load(x + i, Whole()), load(y + i, Whole())), z + i, Whole());
  } else if (run.step[0] != 0) {
    for (; i + lanes <= n; i += lanes) store(f(load(x + i, Whole()), y0), z + i, Whole());
  } else {
    for (; i + lanes <= n; i += lanes) store(f(x0, load(y + i, Whole())), z + i, Whole());
  }
  if (i == n) return;
  const V last_x = run.step[0] != 0 ? load(x + i, Part{n - i}) : x0;
  const V last_y = run.step[1] != 0 ? load(y + i, Part{n - i}) : y0;
  store(f(last_x, last_y), z + i, Part{n - i});
}

// --- primitives ---

template <class T> void neg(const Run& run) {
  map<T>(run, [](V x) HWY_ATTR { return hn::Neg(x); });
}
template <class T> void abs(const Run& run) {
  map<T>(run, [](V x) HWY_ATTR { return hn::Abs(x); });
}
template <class T> void exp_loop(const Run& run) {
  map<T>(run, [](V x) HWY_ATTR { return exp(x); });
}
template <class T> void log_loop(const Run& run) {
  map<T>(run, [](V x) HWY_ATTR { return log(x); });
}
template <class T> void log1p_loop(const Run& run) {
  map<T>(run, [](V x) HWY_ATTR { return log1p(x); });
}
template <class T> void expm1_loop(const Run& run) {
  map<T>(run, [](V x) HWY_ATTR { return expm1(x); });
}
template <class T> void sqrt(const Run& run) {
  map<T>(run, [](V x) HWY_ATTR { return hn::Sqrt(x); });
}
template <class T> void rsqrt(const Run& run) {
  map<T>(run, [](V x) HWY_ATTR { return hn::Div(number(1), hn::Sqrt(x)); });
}
template <class T> void reciprocal(const Run& run) {
  map<T>(run, [](V x) HWY_ATTR { return hn::Div(number(1), x); });
}
template <class T> void square(const Run& run) {
  map<T>(run, [](V x) HWY_ATTR { return hn::Mul(x, x); });
}
template <class T> void tanh_loop(const Run& run) {
  map<T>(run, [](V x) HWY_ATTR { return tanh(x); });
}
template <class T> void erf_loop(const Run& run) {
  map<T>(run, [](V x) HWY_ATTR { return erf(x); });
}
template <class T> void floor(const Run& run) {
  map<T>(run, [](V x) HWY_ATTR { return hn::Floor(x); });
}

template <class T> void add(const Run& run) {
  map_two<T>(run, [](V x, V y) HWY_ATTR { return hn::Add(x, y); });
}
template <class T> void sub(const Run& run) {
  map_two<T>(run, [](V x, V y) HWY_ATTR { return hn::Sub(x, y); });
}
template <class T> void mul(const Run& run) {
  map_two<T>(run, [](V x, V y) HWY_ATTR { return hn::Mul(x, y); });
}
template <class T> void div(const Run& run) {
  map_two<T>(run, [](V x, V y) HWY_ATTR { return hn::Div(x, y); });
}
template <class T> void maximum_loop(const Run& run) {
  map_two<T>(run, [](V x, V y) HWY_ATTR { return maximum(x, y); });
}
template <class T> void minimum_loop(const Run& run) {
  map_two<T>(run, [](V x, V y) HWY_ATTR { return minimum(x, y); });
}

// --- from one dtype to the other ---

template <class From, class To> void convert(const Run& run) {
  const auto* x = static_cast<const From*>(run.in[0]);
  auto* z = static_cast<To*>(run.out);
  if (run.step[0] == 0) {
    std::fill_n(z, run.count, rounded<To>(as_float(*x)));
    return;
  }
  for_vectors(run.count, [=](int64_t i, auto n) HWY_ATTR { store(load(x + i, n), z + i, n); });
}
ElementLoop find_conversion(bool narrow) { return narrow ? convert<Bfloat16, float> : convert<float, Bfloat16>; }

// --- activations; what a gradient reads (output or input) is said in graph/ops/activation.cpp ---

constexpr float selu_alpha = 1.6732632423543772F;
constexpr float selu_scale = 1.0507009873554805F;
constexpr float sqrt_two_over_pi = 0.7978845608028654F;
constexpr float one_over_sqrt_two_pi = 0.3989422804014327F;
constexpr float cubic = 0.044715F;

// options: negative_slope, max_value (negative: none), threshold. Without a slope everything below gives 0, minus
// infinity too.
template <class T> void relu(const Run& run) {
  const float slope = run.options[0];
  const V limit = number(run.options[1] < 0 ? infinity : run.options[1]);
  const V threshold = number(run.options[2]);
  const V zero = number(0);
  if (slope == 0) {
    map<T>(run, [=](V x) HWY_ATTR {
      const V y = hn::IfThenElse(hn::Le(x, threshold), zero, x);
      return hn::IfThenElse(hn::Gt(y, limit), limit, y);
    });
    return;
  }
  map<T>(run, [=](V x) HWY_ATTR {
    const V y = hn::IfThenElse(hn::Le(x, threshold), hn::Mul(number(slope), hn::Sub(x, threshold)), x);
    return hn::IfThenElse(hn::Gt(y, limit), limit, y);
  });
}
template <class T> void relu_grad(const Run& run) {
  const V slope = number(run.options[0]);
  const V limit = number(run.options[1] < 0 ? infinity : run.options[1]);
  const bool limited = run.options[1] >= 0;
  const V zero = number(0);
  if (!limited && run.options[0] == 0) {
    map_two<T>(run, [=](V y, V dy) HWY_ATTR { return hn::IfThenElseZero(hn::Gt(y, zero), dy); });
    return;
  }
  map_two<T>(run, [=](V y, V dy) HWY_ATTR {
    const V g = hn::Mul(dy, hn::IfThenElse(hn::Gt(y, zero), number(1), slope));
    return limited ? hn::IfThenElseZero(hn::Lt(y, limit), g) : g;
  });
}

HWY_INLINE V elu_of(V x, V alpha) { return hn::IfThenElse(hn::Gt(x, number(0)), x, hn::Mul(alpha, expm1(x))); }
template <class T> void elu(const Run& run) {
  const V alpha = number(run.options[0]);
  map<T>(run, [=](V x) HWY_ATTR { return elu_of(x, alpha); });
}
template <class T> void elu_grad(const Run& run) {
  const V alpha = number(run.options[0]);
  map_two<T>(run, [=](V y, V dy) HWY_ATTR {
    return hn::Mul(dy, hn::IfThenElse(hn::Gt(y, number(0)), number(1), hn::Add(y, alpha)));
  });
}
template <class T> void selu(const Run& run) {
  map<T>(run, [](V x) HWY_ATTR { return hn::Mul(number(selu_scale), elu_of(x, number(selu_alpha))); });
}
template <class T> void selu_grad(const Run& run) {
  map_two<T>(run, [](V y, V dy) HWY_ATTR {
    const V below = hn::Add(y, number(selu_scale * selu_alpha));
    return hn::Mul(dy, hn::IfThenElse(hn::Lt(y, number(0)), below, number(selu_scale)));
  });
}

HWY_INLINE V gelu_argument(V x) {
  return hn::Mul(hn::Mul(x, hn::MulAdd(hn::Mul(x, x), number(cubic), number(1))), number(sqrt_two_over_pi));
}
HWY_INLINE V half_of_one_and(V x) { return hn::MulAdd(x, number(0.5F), number(0.5F)); }
// The normal distribution at x: how much lies below, and e^(-x^2 / 2), which its density is a multiple of.
struct Normal {
  V below, bell;
};

// What lies beyond |x| is e^(-x^2 / 2) t P(t) with t = 1 / (1 + 0.2625 |x|); P is the polynomial with the least relative
// error up to |x| = 14, 1.8e-8. Small shares keep their digits, which 1 + erf loses.
HWY_INLINE Normal normal(V x) {
  const V a = hn::Abs(x);
  const V bell = hn::Exp(D(), hn::Max(hn::Mul(hn::Mul(a, a), number(-0.5F)), number(-104)));
  const V t = hn::Div(number(1), hn::MulAdd(a, number(0.2625F), number(1)));
  V p = number(0.030745480209589005F);
  for (const float c : {-0.14881034195423126F, 0.23476144671440125F, -0.1333915889263153F, 0.1491384208202362F,
                        0.05584924295544624F, 0.1028185561299324F, 0.10413888841867447F, 0.1047498807311058F}) {
    p = hn::MulAdd(p, t, number(c));
  }
  const V beyond = hn::Mul(hn::Mul(p, t), bell);  // not a number where x is none, by t
  return {hn::IfThenElse(hn::Lt(x, number(0)), beyond, hn::Sub(number(1), beyond)), bell};
}

// options: whether the approximation by tanh is wanted.
template <class T> void gelu(const Run& run) {
  if (run.options[0] != 0)
    map<T>(run, [](V x) HWY_ATTR { return hn::Mul(x, half_of_one_and(tanh(gelu_argument(x)))); });
  else map<T>(run, [](V x) HWY_ATTR { return hn::Mul(x, normal(x).below); });
}
template <class T> void gelu_grad(const Run& run) {
  if (run.options[0] != 0) {
    map_two<T>(run, [](V x, V dy) HWY_ATTR {
      const V t = tanh(gelu_argument(x));
      const V inner = hn::Mul(hn::MulAdd(hn::Mul(x, x), number(3 * cubic), number(1)), number(sqrt_two_over_pi));
      const V bend = hn::Mul(hn::Mul(x, number(0.5F)), hn::NegMulAdd(t, t, number(1)));
      return hn::Mul(dy, hn::MulAdd(bend, inner, half_of_one_and(t)));
    });
    return;
  }
  map_two<T>(run, [](V x, V dy) HWY_ATTR {
    const Normal n = normal(x);
    return hn::Mul(dy, hn::MulAdd(hn::Mul(x, number(one_over_sqrt_two_pi)), n.bell, n.below));
  });
}

template <class T> void silu(const Run& run) {
  map<T>(run, [](V x) HWY_ATTR { return hn::Mul(x, sigmoid(x)); });
}
template <class T> void silu_grad(const Run& run) {
  map_two<T>(run, [](V x, V dy) HWY_ATTR {
    const V s = sigmoid(x);
    return hn::Mul(dy, hn::Mul(s, hn::MulAdd(x, hn::Sub(number(1), s), number(1))));
  });
}
template <class T> void sigmoid_loop(const Run& run) {
  map<T>(run, [](V x) HWY_ATTR { return sigmoid(x); });
}
template <class T> void sigmoid_grad(const Run& run) {
  map_two<T>(run, [](V y, V dy) HWY_ATTR { return hn::Mul(dy, hn::Mul(y, hn::Sub(number(1), y))); });
}
template <class T> void hard_sigmoid(const Run& run) {
  map<T>(run, [](V x) HWY_ATTR {
    return maximum(minimum(hn::Mul(hn::Add(x, number(3)), number(1.0F / 6)), number(1)), number(0));
  });
}
template <class T> void hard_sigmoid_grad(const Run& run) {
  map_two<T>(run, [](V y, V dy) HWY_ATTR {
    const Mask inside = hn::And(hn::Gt(y, number(0)), hn::Lt(y, number(1)));
    return hn::IfThenElseZero(inside, hn::Mul(dy, number(1.0F / 6)));
  });
}
template <class T> void softplus(const Run& run) {
  map<T>(run, [](V x) HWY_ATTR { return hn::Add(maximum(x, number(0)), log1p(exp(hn::Neg(hn::Abs(x))))); });
}
template <class T> void softplus_grad(const Run& run) {
  map_two<T>(run, [](V y, V dy) HWY_ATTR { return hn::Mul(dy, hn::Neg(expm1(hn::Neg(y)))); });
}
template <class T> void softsign(const Run& run) {
  map<T>(run, [](V x) HWY_ATTR { return hn::Div(x, hn::Add(number(1), hn::Abs(x))); });
}
template <class T> void softsign_grad(const Run& run) {
  map_two<T>(run, [](V y, V dy) HWY_ATTR {
    const V rest = hn::Sub(number(1), hn::Abs(y));
    return hn::Mul(dy, hn::Mul(rest, rest));
  });
}
template <class T> void tanh_grad(const Run& run) {
  map_two<T>(run, [](V y, V dy) HWY_ATTR { return hn::Mul(dy, hn::NegMulAdd(y, y, number(1))); });
}

struct Entry {
  std::string_view name;
  ElementLoop wide, narrow;
};

ElementLoop find_loop(std::string_view name, bool narrow) {
  static constexpr Entry table[] = {
      {"neg", neg<float>, neg<Bfloat16>},
      {"abs", abs<float>, abs<Bfloat16>},
      {"exp", exp_loop<float>, exp_loop<Bfloat16>},
      {"log", log_loop<float>, log_loop<Bfloat16>},
      {"log1p", log1p_loop<float>, log1p_loop<Bfloat16>},
      {"expm1", expm1_loop<float>, expm1_loop<Bfloat16>},
      {"sqrt", sqrt<float>, sqrt<Bfloat16>},
      {"rsqrt", rsqrt<float>, rsqrt<Bfloat16>},
      {"reciprocal", reciprocal<float>, reciprocal<Bfloat16>},
      {"square", square<float>, square<Bfloat16>},
      {"tanh", tanh_loop<float>, tanh_loop<Bfloat16>},
      {"erf", erf_loop<float>, erf_loop<Bfloat16>},
      {"floor", floor<float>, floor<Bfloat16>},
      {"add", add<float>, add<Bfloat16>},
      {"sub", sub<float>, sub<Bfloat16>},
      {"mul", mul<float>, mul<Bfloat16>},
      {"div", div<float>, div<Bfloat16>},
      {"maximum", maximum_loop<float>, maximum_loop<Bfloat16>},
      {"minimum", minimum_loop<float>, minimum_loop<Bfloat16>},
      {"relu", relu<float>, relu<Bfloat16>},
      {"elu", elu<float>, elu<Bfloat16>},
      {"selu", selu<float>, selu<Bfloat16>},
      {"gelu", gelu<float>, gelu<Bfloat16>},
      {"silu", silu<float>, silu<Bfloat16>},
      {"sigmoid", sigmoid_loop<float>, sigmoid_loop<Bfloat16>},
      {"hard_sigmoid", hard_sigmoid<float>, hard_sigmoid<Bfloat16>},
      {"softplus", softplus<float>, softplus<Bfloat16>},
      {"softsign", softsign<float>, softsign<Bfloat16>},
      {"relu_grad", relu_grad<float>, relu_grad<Bfloat16>},
      {"elu_grad", elu_grad<float>, elu_grad<Bfloat16>},
      {"selu_grad", selu_grad<float>, selu_grad<Bfloat16>},
      {"gelu_grad", gelu_grad<float>, gelu_grad<Bfloat16>},
      {"silu_grad", silu_grad<float>, silu_grad<Bfloat16>},
      {"sigmoid_grad", sigmoid_grad<float>, sigmoid_grad<Bfloat16>},
      {"hard_sigmoid_grad", hard_sigmoid_grad<float>, hard_sigmoid_grad<Bfloat16>},
      {"softplus_grad", softplus_grad<float>, softplus_grad<Bfloat16>},
      {"softsign_grad", softsign_grad<float>, softsign_grad<Bfloat16>},
      {"tanh_grad", tanh_grad<float>, tanh_grad<Bfloat16>},
  };
  for (const Entry& entry : table) {
    if (entry.name == name) return narrow ? entry.narrow : entry.wide;
  }
  return nullptr;
}

}  // namespace
}  // namespace dltrain::backends::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dltrain::backends::onednn {

HWY_EXPORT(find_loop);
HWY_EXPORT(find_conversion);
ElementLoop vector_loop(std::string_view name, bool narrow) { return HWY_DYNAMIC_DISPATCH(find_loop)(name, narrow); }
ElementLoop conversion_loop(bool narrow) { return HWY_DYNAMIC_DISPATCH(find_conversion)(narrow); }

}  // namespace dltrain::backends::onednn
#endif
