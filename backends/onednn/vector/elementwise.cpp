#include "backends/onednn/vector/elementwise.h"

#include <string_view>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/onednn/vector/elementwise.cpp"
#include "hwy/foreach_target.h"

#include "backends/onednn/vector/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dltrain::backends::onednn::HWY_NAMESPACE {
namespace {

// f(x) for each element of a run.
template <class F> HWY_INLINE void map(const Run& run, F f) {
  const auto* x = static_cast<const float*>(run.in[0]);
  auto* z = static_cast<float*>(run.out);
  const auto n = static_cast<size_t>(run.count);
  const size_t lanes = hn::Lanes(D());
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) hn::StoreU(f(hn::LoadU(D(), x + i)), D(), z + i);
  if (i < n) store(f(load(x + i, Part{n - i})), z + i, Part{n - i});
}

// f(x, y) for each element of a run; either may be one number for all.
template <class F> HWY_INLINE void map_two(const Run& run, F f) {
  const auto* x = static_cast<const float*>(run.in[0]);
  const auto* y = static_cast<const float*>(run.in[1]);
  auto* z = static_cast<float*>(run.out);
  const auto n = static_cast<size_t>(run.count);
  const size_t lanes = hn::Lanes(D());
  const V x0 = number(*x);
  const V y0 = number(*y);
  size_t i = 0;
  if (run.step[0] != 0 && run.step[1] != 0) {
    for (; i + lanes <= n; i += lanes) hn::StoreU(f(hn::LoadU(D(), x + i), hn::LoadU(D(), y + i)), D(), z + i);
  } else if (run.step[0] != 0) {
    for (; i + lanes <= n; i += lanes) hn::StoreU(f(hn::LoadU(D(), x + i), y0), D(), z + i);
  } else {
    for (; i + lanes <= n; i += lanes) hn::StoreU(f(x0, hn::LoadU(D(), y + i)), D(), z + i);
  }
  if (i == n) return;
  const V last_x = run.step[0] != 0 ? load(x + i, Part{n - i}) : x0;
  const V last_y = run.step[1] != 0 ? load(y + i, Part{n - i}) : y0;
  store(f(last_x, last_y), z + i, Part{n - i});
}

// --- primitives ---

void neg(const Run& run) {
  map(run, [](V x) HWY_ATTR { return hn::Neg(x); });
}
void abs(const Run& run) {
  map(run, [](V x) HWY_ATTR { return hn::Abs(x); });
}
void exp_loop(const Run& run) {
  map(run, [](V x) HWY_ATTR { return exp(x); });
}
void log_loop(const Run& run) {
  map(run, [](V x) HWY_ATTR { return log(x); });
}
void log1p_loop(const Run& run) {
  map(run, [](V x) HWY_ATTR { return log1p(x); });
}
void expm1_loop(const Run& run) {
  map(run, [](V x) HWY_ATTR { return expm1(x); });
}
void sqrt(const Run& run) {
  map(run, [](V x) HWY_ATTR { return hn::Sqrt(x); });
}
void rsqrt(const Run& run) {
  map(run, [](V x) HWY_ATTR { return hn::Div(number(1), hn::Sqrt(x)); });
}
void reciprocal(const Run& run) {
  map(run, [](V x) HWY_ATTR { return hn::Div(number(1), x); });
}
void square(const Run& run) {
  map(run, [](V x) HWY_ATTR { return hn::Mul(x, x); });
}
void tanh_loop(const Run& run) {
  map(run, [](V x) HWY_ATTR { return tanh(x); });
}
void erf_loop(const Run& run) {
  map(run, [](V x) HWY_ATTR { return erf(x); });
}
void floor(const Run& run) {
  map(run, [](V x) HWY_ATTR { return hn::Floor(x); });
}

void add(const Run& run) {
  map_two(run, [](V x, V y) HWY_ATTR { return hn::Add(x, y); });
}
void sub(const Run& run) {
  map_two(run, [](V x, V y) HWY_ATTR { return hn::Sub(x, y); });
}
void mul(const Run& run) {
  map_two(run, [](V x, V y) HWY_ATTR { return hn::Mul(x, y); });
}
void div(const Run& run) {
  map_two(run, [](V x, V y) HWY_ATTR { return hn::Div(x, y); });
}
void maximum_loop(const Run& run) {
  map_two(run, [](V x, V y) HWY_ATTR { return maximum(x, y); });
}
void minimum_loop(const Run& run) {
  map_two(run, [](V x, V y) HWY_ATTR { return minimum(x, y); });
}

// --- activations; what a gradient reads (output or input) is said in graph/ops/activation.cpp ---

constexpr float selu_alpha = 1.6732632423543772F;
constexpr float selu_scale = 1.0507009873554805F;
constexpr float sqrt_two_over_pi = 0.7978845608028654F;
constexpr float one_over_sqrt_two_pi = 0.3989422804014327F;
constexpr float cubic = 0.044715F;

// options: negative_slope, max_value (negative: none), threshold. Without a slope everything below gives 0, minus
// infinity too.
void relu(const Run& run) {
  const float slope = run.options[0];
  const V limit = number(run.options[1] < 0 ? infinity : run.options[1]);
  const V threshold = number(run.options[2]);
  const V zero = number(0);
  if (slope == 0) {
    map(run, [=](V x) HWY_ATTR {
      const V y = hn::IfThenElse(hn::Le(x, threshold), zero, x);
      return hn::IfThenElse(hn::Gt(y, limit), limit, y);
    });
    return;
  }
  map(run, [=](V x) HWY_ATTR {
    const V y = hn::IfThenElse(hn::Le(x, threshold), hn::Mul(number(slope), hn::Sub(x, threshold)), x);
    return hn::IfThenElse(hn::Gt(y, limit), limit, y);
  });
}
void relu_grad(const Run& run) {
  const V slope = number(run.options[0]);
  const V limit = number(run.options[1] < 0 ? infinity : run.options[1]);
  const bool limited = run.options[1] >= 0;
  const V zero = number(0);
  if (!limited && run.options[0] == 0) {
    map_two(run, [=](V y, V dy) HWY_ATTR { return hn::IfThenElseZero(hn::Gt(y, zero), dy); });
    return;
  }
  map_two(run, [=](V y, V dy) HWY_ATTR {
    const V g = hn::Mul(dy, hn::IfThenElse(hn::Gt(y, zero), number(1), slope));
    return limited ? hn::IfThenElseZero(hn::Lt(y, limit), g) : g;
  });
}

HWY_INLINE V elu_of(V x, V alpha) { return hn::IfThenElse(hn::Gt(x, number(0)), x, hn::Mul(alpha, expm1(x))); }
void elu(const Run& run) {
  const V alpha = number(run.options[0]);
  map(run, [=](V x) HWY_ATTR { return elu_of(x, alpha); });
}
void elu_grad(const Run& run) {
  const V alpha = number(run.options[0]);
  map_two(run, [=](V y, V dy) HWY_ATTR {
    return hn::Mul(dy, hn::IfThenElse(hn::Gt(y, number(0)), number(1), hn::Add(y, alpha)));
  });
}
void selu(const Run& run) {
  map(run, [](V x) HWY_ATTR { return hn::Mul(number(selu_scale), elu_of(x, number(selu_alpha))); });
}
void selu_grad(const Run& run) {
  map_two(run, [](V y, V dy) HWY_ATTR {
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
void gelu(const Run& run) {
  if (run.options[0] != 0) map(run, [](V x) HWY_ATTR { return hn::Mul(x, half_of_one_and(tanh(gelu_argument(x)))); });
  else map(run, [](V x) HWY_ATTR { return hn::Mul(x, normal(x).below); });
}
void gelu_grad(const Run& run) {
  if (run.options[0] != 0) {
    map_two(run, [](V x, V dy) HWY_ATTR {
      const V t = tanh(gelu_argument(x));
      const V inner = hn::Mul(hn::MulAdd(hn::Mul(x, x), number(3 * cubic), number(1)), number(sqrt_two_over_pi));
      const V bend = hn::Mul(hn::Mul(x, number(0.5F)), hn::NegMulAdd(t, t, number(1)));
      return hn::Mul(dy, hn::MulAdd(bend, inner, half_of_one_and(t)));
    });
    return;
  }
  map_two(run, [](V x, V dy) HWY_ATTR {
    const Normal n = normal(x);
    return hn::Mul(dy, hn::MulAdd(hn::Mul(x, number(one_over_sqrt_two_pi)), n.bell, n.below));
  });
}

void silu(const Run& run) {
  map(run, [](V x) HWY_ATTR { return hn::Mul(x, sigmoid(x)); });
}
void silu_grad(const Run& run) {
  map_two(run, [](V x, V dy) HWY_ATTR {
    const V s = sigmoid(x);
    return hn::Mul(dy, hn::Mul(s, hn::MulAdd(x, hn::Sub(number(1), s), number(1))));
  });
}
void sigmoid_loop(const Run& run) {
  map(run, [](V x) HWY_ATTR { return sigmoid(x); });
}
void sigmoid_grad(const Run& run) {
  map_two(run, [](V y, V dy) HWY_ATTR { return hn::Mul(dy, hn::Mul(y, hn::Sub(number(1), y))); });
}
void hard_sigmoid(const Run& run) {
  map(run, [](V x) HWY_ATTR {
    return maximum(minimum(hn::Mul(hn::Add(x, number(3)), number(1.0F / 6)), number(1)), number(0));
  });
}
void hard_sigmoid_grad(const Run& run) {
  map_two(run, [](V y, V dy) HWY_ATTR {
    const Mask inside = hn::And(hn::Gt(y, number(0)), hn::Lt(y, number(1)));
    return hn::IfThenElseZero(inside, hn::Mul(dy, number(1.0F / 6)));
  });
}
void softplus(const Run& run) {
  map(run, [](V x) HWY_ATTR { return hn::Add(maximum(x, number(0)), log1p(exp(hn::Neg(hn::Abs(x))))); });
}
void softplus_grad(const Run& run) {
  map_two(run, [](V y, V dy) HWY_ATTR { return hn::Mul(dy, hn::Neg(expm1(hn::Neg(y)))); });
}
void softsign(const Run& run) {
  map(run, [](V x) HWY_ATTR { return hn::Div(x, hn::Add(number(1), hn::Abs(x))); });
}
void softsign_grad(const Run& run) {
  map_two(run, [](V y, V dy) HWY_ATTR {
    const V rest = hn::Sub(number(1), hn::Abs(y));
    return hn::Mul(dy, hn::Mul(rest, rest));
  });
}
void tanh_grad(const Run& run) {
  map_two(run, [](V y, V dy) HWY_ATTR { return hn::Mul(dy, hn::NegMulAdd(y, y, number(1))); });
}

struct Entry {
  std::string_view name;
  ElementLoop loop;
};

ElementLoop find_loop(std::string_view name) {
  static constexpr Entry table[] = {
      {"neg", neg},
      {"abs", abs},
      {"exp", exp_loop},
      {"log", log_loop},
      {"log1p", log1p_loop},
      {"expm1", expm1_loop},
      {"sqrt", sqrt},
      {"rsqrt", rsqrt},
      {"reciprocal", reciprocal},
      {"square", square},
      {"tanh", tanh_loop},
      {"erf", erf_loop},
      {"floor", floor},
      {"add", add},
      {"sub", sub},
      {"mul", mul},
      {"div", div},
      {"maximum", maximum_loop},
      {"minimum", minimum_loop},
      {"relu", relu},
      {"elu", elu},
      {"selu", selu},
      {"gelu", gelu},
      {"silu", silu},
      {"sigmoid", sigmoid_loop},
      {"hard_sigmoid", hard_sigmoid},
      {"softplus", softplus},
      {"softsign", softsign},
      {"relu_grad", relu_grad},
      {"elu_grad", elu_grad},
      {"selu_grad", selu_grad},
      {"gelu_grad", gelu_grad},
      {"silu_grad", silu_grad},
      {"sigmoid_grad", sigmoid_grad},
      {"hard_sigmoid_grad", hard_sigmoid_grad},
      {"softplus_grad", softplus_grad},
      {"softsign_grad", softsign_grad},
      {"tanh_grad", tanh_grad},
  };
  for (const Entry& entry : table) {
    if (entry.name == name) return entry.loop;
  }
  return nullptr;
}

}  // namespace
}  // namespace dltrain::backends::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dltrain::backends::onednn {

HWY_EXPORT(find_loop);
ElementLoop vector_loop(std::string_view name) { return HWY_DYNAMIC_DISPATCH(find_loop)(name); }

}  // namespace dltrain::backends::onednn
#endif
