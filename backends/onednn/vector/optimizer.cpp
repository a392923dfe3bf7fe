#include "backends/onednn/vector/optimizer.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/onednn/vector/optimizer.cpp"
#include "hwy/foreach_target.h"

#include "backends/onednn/vector/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dltrain::backends::onednn::HWY_NAMESPACE {
namespace {

template <class F> HWY_INLINE void for_vectors(int64_t count, F f) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(D()));
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) f(i, static_cast<size_t>(lanes));
  if (i < count) f(i, static_cast<size_t>(count - i));
}

// The weight after decay.
HWY_INLINE V decayed(const Parameters& p, const StepOptions& o, int64_t i, size_t n) {
  const V weight = load_part(p.weight + i, n);
  return o.decay == 0 ? weight : hn::NegMulAdd(weight, number(o.decay), weight);
}

HWY_INLINE V scaled_gradient(const Parameters& p, const StepOptions& o, int64_t i, size_t n) {
  return hn::Mul(load_part(p.gradient + i, n), number(o.gradient_scale));
}

void sgd(const Parameters& p, const StepOptions& o) {
  const V momentum = number(o.momentum);
  for_vectors(p.count, [&](int64_t i, size_t n) HWY_ATTR {
    const V weight = decayed(p, o, i, n);
    const V step = hn::Mul(scaled_gradient(p, o, i, n), number(o.learning_rate));
    if (o.momentum == 0) {
      store_part(hn::Sub(weight, step), p.new_weight + i, n);
      return;
    }
    const V m = hn::MulSub(load_part(p.slots[0] + i, n), momentum, step);
    store_part(m, p.new_slots[0] + i, n);
    store_part(hn::Add(weight, o.nesterov ? hn::MulSub(m, momentum, step) : m), p.new_weight + i, n);
  });
}

void rmsprop(const Parameters& p, const StepOptions& o) {
  const V rho = number(o.rho);
  const V rest = number(o.approach_1);
  const int average_slot = o.momentum > 0 ? 2 : 1;
  for_vectors(p.count, [&](int64_t i, size_t n) HWY_ATTR {
    const V weight = decayed(p, o, i, n);
    const V g = scaled_gradient(p, o, i, n);
    const V velocity = hn::MulAdd(load_part(p.slots[0] + i, n), rho, hn::Mul(hn::Mul(g, g), rest));
    store_part(velocity, p.new_slots[0] + i, n);
    V spread = velocity;
    if (o.centered) {
      const V average = hn::MulAdd(load_part(p.slots[average_slot] + i, n), rho, hn::Mul(g, rest));
      store_part(average, p.new_slots[average_slot] + i, n);
      spread = hn::NegMulAdd(average, average, spread);
    }
    V change = hn::Div(hn::Mul(g, number(o.learning_rate)), hn::Sqrt(hn::Add(spread, number(o.epsilon))));
    if (o.momentum > 0) {
      change = hn::MulAdd(load_part(p.slots[1] + i, n), number(o.momentum), change);
      store_part(change, p.new_slots[1] + i, n);
    }
    store_part(hn::Sub(weight, change), p.new_weight + i, n);
  });
}

void adam(const Parameters& p, const StepOptions& o) {
  for_vectors(p.count, [&](int64_t i, size_t n) HWY_ATTR {
    const V weight = decayed(p, o, i, n);
    const V g = scaled_gradient(p, o, i, n);
    const V old_m = load_part(p.slots[0] + i, n);
    const V old_v = load_part(p.slots[1] + i, n);
    const V m = hn::MulAdd(hn::Sub(g, old_m), number(o.approach_1), old_m);
    const V v = hn::MulAdd(hn::MulSub(g, g, old_v), number(o.approach_2), old_v);
    store_part(m, p.new_slots[0] + i, n);
    store_part(v, p.new_slots[1] + i, n);
    V spread = v;
    if (o.amsgrad) {
      spread = maximum(load_part(p.slots[2] + i, n), v);
      store_part(spread, p.new_slots[2] + i, n);
    }
    const V change = hn::Div(hn::Mul(m, number(o.alpha)), hn::Add(hn::Sqrt(spread), number(o.epsilon)));
    store_part(hn::Sub(weight, change), p.new_weight + i, n);
  });
}

const StepLoops& loops() {
  static constexpr StepLoops table = {sgd, rmsprop, adam};
  return table;
}

}  // namespace
}  // namespace dltrain::backends::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dltrain::backends::onednn {

HWY_EXPORT(loops);
const StepLoops& step_loops() { return HWY_DYNAMIC_DISPATCH(loops)(); }

}  // namespace dltrain::backends::onednn
#endif
