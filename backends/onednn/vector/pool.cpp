#include "backends/onednn/vector/pool.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/onednn/vector/pool.cpp"
#include "hwy/foreach_target.h"

#include "backends/onednn/vector/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dltrain::backends::onednn::HWY_NAMESPACE {
namespace {

using DI = hn::RebindToSigned<D>;
using DB = hn::Rebind<uint8_t, D>;

template <class F> HWY_INLINE void for_channels(int64_t channels, F f) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(D()));
  int64_t c = 0;
  for (; c + lanes <= channels; c += lanes) f(c, static_cast<size_t>(lanes));
  if (c < channels) f(c, static_cast<size_t>(channels - c));
}

// Calls f(element of the image, place in the window) for each cell inside the image.
template <class F> HWY_INLINE void for_cells(const WindowCells& w, F f) {
  for (int64_t r = w.row_begin; r < w.row_end; ++r) {
    for (int64_t c = w.column_begin; c < w.column_end; ++c) {
      f(w.origin + r * w.row_step + c * w.column_step, static_cast<int32_t>(r * w.width + c));
    }
  }
}

HWY_INLINE void store_places(hn::Vec<DI> places, uint8_t* place8, int32_t* place32, size_t n) {
  if (place8 != nullptr) hn::StoreN(hn::DemoteTo(DB(), places), DB(), place8, n);
  if (place32 != nullptr) hn::StoreN(places, DI(), place32, n);
}

void max(const WindowCells& w, const float* image, int64_t channels, float* y, uint8_t* place8, int32_t* place32) {
  const auto first = static_cast<int32_t>(w.row_begin * w.width + w.column_begin);
  for_channels(channels, [&](int64_t c, size_t n) HWY_ATTR {
    V best = load_part(image + c + w.origin + w.row_begin * w.row_step + w.column_begin * w.column_step, n);
    hn::Vec<DI> places = hn::Set(DI(), first);
    for_cells(w, [&](int64_t at, int32_t place) HWY_ATTR {
      const V v = load_part(image + c + at, n);
      // The first not-a-number beats every number.
      const Mask better = hn::AndNot(hn::IsNaN(best), hn::Or(hn::Gt(v, best), hn::IsNaN(v)));
      best = hn::IfThenElse(better, v, best);
      places = hn::IfThenElse(hn::RebindMask(DI(), better), hn::Set(DI(), place), places);
    });
    if (y != nullptr) store_part(best, y + c, n);
    store_places(places, place8 == nullptr ? nullptr : place8 + c, place32 == nullptr ? nullptr : place32 + c, n);
  });
}

void max_grad(const WindowCells& w, const float* dy, const uint8_t* place8, const int32_t* place32, int64_t channels,
              float* image) {
  for_channels(channels, [&](int64_t c, size_t n) HWY_ATTR {
    const V flow = load_part(dy + c, n);
    const hn::Vec<DI> places =
        place8 != nullptr ? hn::PromoteTo(DI(), hn::LoadN(DB(), place8 + c, n)) : hn::LoadN(DI(), place32 + c, n);
    for_cells(w, [&](int64_t at, int32_t place) HWY_ATTR {
      const Mask here = hn::RebindMask(D(), hn::Eq(places, hn::Set(DI(), place)));
      store_part(hn::Add(load_part(image + c + at, n), hn::IfThenElseZero(here, flow)), image + c + at, n);
    });
  });
}

HWY_INLINE float share_of(const WindowCells& w) {
  return 1 / static_cast<float>((w.row_end - w.row_begin) * (w.column_end - w.column_begin));
}

void average(const WindowCells& w, const float* image, int64_t channels, float* y) {
  const V share = number(share_of(w));
  for_channels(channels, [&](int64_t c, size_t n) HWY_ATTR {
    V total = hn::Zero(D());
    for_cells(w, [&](int64_t at, int32_t) HWY_ATTR { total = hn::Add(total, load_part(image + c + at, n)); });
    store_part(hn::Mul(total, share), y + c, n);
  });
}

void average_grad(const WindowCells& w, const float* dy, int64_t channels, float* image) {
  const V share = number(share_of(w));
  for_channels(channels, [&](int64_t c, size_t n) HWY_ATTR {
    const V flow = hn::Mul(load_part(dy + c, n), share);
    for_cells(w, [&](int64_t at, int32_t)
                     HWY_ATTR { store_part(hn::Add(load_part(image + c + at, n), flow), image + c + at, n); });
  });
}

const PoolLoops& loops() {
  static constexpr PoolLoops table = {max, max_grad, average, average_grad};
  return table;
}

}  // namespace
}  // namespace dltrain::backends::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dltrain::backends::onednn {

HWY_EXPORT(loops);
const PoolLoops& pool_loops() { return HWY_DYNAMIC_DISPATCH(loops)(); }

}  // namespace dltrain::backends::onednn
#endif
