#include "backends/onednn/vector/optimizer.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/onednn/vector/optimizer.cpp"
#include "hwy/foreach_target.h"

#include "backends/onednn/vector/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dltrain::backends::onednn::HWY_NAMESPACE {
namespace {

// The weight after decay.
template <class Some> HWY_INLINE V decayed(const Parameters& p, const StepOptions& o, int64_t i, Some n) {
  const V weight = load(p.weight + i, n);
  return o.decay == 0 ? weight : hn::NegMulAdd(weight, number(o.decay), weight);
}

// With the slope of the weight's penalty.
template <class Some>
HWY_INLINE V scaled_gradient(const Parameters& p, const StepOptions& o, int64_t i, Some n) {
  const V scaled = hn::Mul(load(p.gradient + i, n), number(o.gradient_scale));
  return o.penalty == 0 ? scaled : hn::MulAdd(load(p.weight + i, n), number(o.penalty), scaled);
}

void sgd(const Parameters& p, const StepOptions& o) {
  const V momentum = number(o.momentum);
  for_vectors(p.count, [&](int64_t i, auto n) HWY_ATTR {
    const V weight = decayed(p, o, i, n);
    const V step = hn::Mul(scaled_gradient(p, o, i, n), number(o.learning_rate));
    if (o.momentum == 0) {
      store(hn::Sub(weight, step), p.new_weight + i, n);
      return;
    }
    const V m = hn::MulSub(load(p.slots[0] + i, n), momentum, step);
    store(m, p.new_slots[0] + i, n);
    store(hn::Add(weight, o.nesterov ? hn::MulSub(m, momentum, step) : m), p.new_weight + i, n);
  });
}

void rmsprop(const Parameters& p, const StepOptions& o) {
  const V rho = number(o.rho);
  const V rest = number(o.approach_1);
  const int average_slot = o.momentum > 0 ? 2 : 1;
  for_vectors(p.count, [&](int64_t i, auto n) HWY_ATTR {
    const V weight = decayed(p, o, i, n);
    const V g = scaled_gradient(p, o, i, n);
    const V velocity = hn::MulAdd(load(p.slots[0] + i, n), rho, hn::Mul(hn::Mul(g, g), rest));
    store(velocity, p.new_slots[0] + i, n);
    V spread = velocity;
    if (o.centered) {
      const V average = hn::MulAdd(load(p.slots[average_slot] + i, n), rho, hn::Mul(g, rest));
      store(average, p.new_slots[average_slot] + i, n);
      spread = hn::NegMulAdd(average, average, spread);
    }
    V change = hn::Div(hn::Mul(g, number(o.learning_rate)), hn::Sqrt(hn::Add(spread, number(o.epsilon))));
    if (o.momentum > 0) {
      change = hn::MulAdd(load(p.slots[1] + i, n), number(o.momentum), change);
      store(change, p.new_slots[1] + i, n);
    }
    store(hn::Sub(weight, change), p.new_weight + i, n);
  });
}

void adam(const Parameters& p, const StepOptions& o) {
  for_vectors(p.count, [&](int64_t i, auto n) HWY_ATTR {
    const V weight = decayed(p, o, i, n);
    const V g = scaled_gradient(p, o, i, n);
    const V old_m = load(p.slots[0] + i, n);
    const V old_v = load(p.slots[1] + i, n);
    const V m = hn::MulAdd(hn::Sub(g, old_m), number(o.approach_1), old_m);
    const V v = hn::MulAdd(hn::MulSub(g, g, old_v), number(o.approach_2), old_v);
    store(m, p.new_slots[0] + i, n);
    store(v, p.new_slots[1] + i, n);
    V spread = v;
    if (o.amsgrad) {
      spread = maximum(load(p.slots[2] + i, n), v);
      store(spread, p.new_slots[2] + i, n);
    }
    const V change = hn::Div(hn::Mul(m, number(o.alpha)), hn::Add(hn::Sqrt(spread), number(o.epsilon)));
    store(hn::Sub(weight, change), p.new_weight + i, n);
  });
}

// With keep 0 the weight itself, whatever the average holds; rounded once per product, as the expansion does.
void average(const AverageStretch& s, float keep) {
  const V old_share = number(keep);
  const V new_share = number(1 - keep);
  for_vectors(s.count, [&](int64_t i, auto n) HWY_ATTR {
    const V now = hn::Mul(load(s.weight + i, n), new_share);
    store(keep == 0 ? now : hn::Add(hn::Mul(load(s.average + i, n), old_share), now), s.new_average + i, n);
  });
}

const StepLoops& loops() {
  static constexpr StepLoops table = {sgd, rmsprop, adam, average};
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
