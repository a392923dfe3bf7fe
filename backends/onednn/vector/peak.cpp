#include "backends/onednn/vector/peak.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/onednn/vector/peak.cpp"
#include "hwy/foreach_target.h"

#include "backends/onednn/vector/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dltrain::backends::onednn::HWY_NAMESPACE {
namespace {

// As many sums as hide the latency of two units, and as registers hold.
double multiply_add(int64_t rounds, float seed, float* sink) {
  const D d;
  const V factor = number(seed), term = number(seed * 0.5F);
  V a = number(1), b = number(2), c = number(3), e = number(4), f = number(5), g = number(6), h = number(7),
    i = number(8), j = number(9), k = number(10), l = number(11), m = number(12);
  for (int64_t round = 0; round < rounds; ++round) {
    a = hn::MulAdd(a, factor, term);
    b = hn::MulAdd(b, factor, term);
    c = hn::MulAdd(c, factor, term);
    e = hn::MulAdd(e, factor, term);
    f = hn::MulAdd(f, factor, term);
    g = hn::MulAdd(g, factor, term);
    h = hn::MulAdd(h, factor, term);
    i = hn::MulAdd(i, factor, term);
    j = hn::MulAdd(j, factor, term);
    k = hn::MulAdd(k, factor, term);
    l = hn::MulAdd(l, factor, term);
    m = hn::MulAdd(m, factor, term);
  }
  V total = hn::Add(hn::Add(hn::Add(a, b), hn::Add(c, e)), hn::Add(hn::Add(f, g), hn::Add(h, i)));
  total = hn::Add(total, hn::Add(hn::Add(j, k), hn::Add(l, m)));
  *sink = hn::ReduceSum(d, total);
  return 12.0 * 2.0 * static_cast<double>(hn::Lanes(d)) * static_cast<double>(rounds);
}

void copy(const float* x, float* y, int64_t count) {
  for_vectors(count, [&](int64_t i, auto n) HWY_ATTR { store(load(x + i, n), y + i, n); });
}

const PeakLoops& loops() {
  static constexpr PeakLoops table = {multiply_add, copy};
  return table;
}

}  // namespace
}  // namespace dltrain::backends::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dltrain::backends::onednn {

HWY_EXPORT(loops);
const PeakLoops& peak_loops() { return HWY_DYNAMIC_DISPATCH(loops)(); }

}  // namespace dltrain::backends::onednn
#endif
