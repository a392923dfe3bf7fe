#include "backends/onednn/vector/pool.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/onednn/vector/pool.cpp"
#include "hwy/foreach_target.h"

#include "backends/onednn/vector/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dltrain::backends::onednn::HWY_NAMESPACE {
namespace {

using DI = hn::RebindToSigned<D>;
using DB = hn::Rebind<uint8_t, D>;
using VI = hn::Vec<DI>;

HWY_INLINE VI load_bytes(const uint8_t* from, Whole) { return hn::PromoteTo(DI(), hn::LoadU(DB(), from)); }
HWY_INLINE VI load_bytes(const uint8_t* from, Part part) {
  return hn::PromoteTo(DI(), hn::LoadN(DB(), from, part.many));
}
HWY_INLINE VI load_integers(const int32_t* from, Whole) { return hn::LoadU(DI(), from); }
HWY_INLINE VI load_integers(const int32_t* from, Part part) { return hn::LoadN(DI(), from, part.many); }
HWY_INLINE void store_bytes(VI x, uint8_t* to, Whole) { hn::StoreU(hn::DemoteTo(DB(), x), DB(), to); }
HWY_INLINE void store_bytes(VI x, uint8_t* to, Part part) { hn::StoreN(hn::DemoteTo(DB(), x), DB(), to, part.many); }
HWY_INLINE void store_integers(VI x, int32_t* to, Whole) { hn::StoreU(x, DI(), to); }
HWY_INLINE void store_integers(VI x, int32_t* to, Part part) { hn::StoreN(x, DI(), to, part.many); }

// One window: which of its columns lie inside the image, and where its first pixel inside is.
struct Window {
  int64_t column_begin, column_end;
  int64_t first;  // element of the image: row row_begin, column column_begin
};

HWY_INLINE Window window_at(const WindowRow& row, int64_t index) {
  const int64_t left = index * row.stride - row.padding;
  const int64_t begin = std::max<int64_t>(0, -left);
  return {begin, std::min(row.width, row.image_width - left),
          ((row.top + row.row_begin) * row.image_width + left + begin) * row.channels};
}

// Calls f(offset from the window's first pixel inside, place) for each of its cells inside the image.
template <class F> HWY_INLINE void for_cells(const WindowRow& row, const Window& window, F f) {
  const int64_t row_step = row.image_width * row.channels;
  int64_t row_at = 0;
  auto place = static_cast<int32_t>(row.row_begin * row.width);
  for (int64_t r = row.row_begin; r < row.row_end; ++r, row_at += row_step, place += static_cast<int32_t>(row.width)) {
    int64_t at = row_at;
    for (int64_t c = window.column_begin; c < window.column_end; ++c, at += row.channels) {
      f(at, place + static_cast<int32_t>(c));
    }
  }
}

template <class T>
void max(const WindowRow& given, const T* image, T* y, uint8_t* place8, int32_t* place32) {
  const WindowRow row = given;
  for (int64_t w = 0; w < row.windows; ++w) {
    const Window window = window_at(row, w);
    const auto first_place = static_cast<int32_t>(row.row_begin * row.width + window.column_begin);
    const int64_t target = w * row.channels;
    for_vectors(row.channels, [=](int64_t c, auto n) HWY_ATTR {
      const T* const first = image + window.first + c;
      V best = load(first, n);
      VI places = hn::Set(DI(), first_place);
      for_cells(row, window, [&](int64_t at, int32_t place) HWY_ATTR {
        const V v = load(first + at, n);
        // Not (v <= best): larger, or not a number. The first not-a-number stays.
        const Mask better = hn::AndNot(hn::IsNaN(best), hn::Not(hn::Le(v, best)));
        best = hn::IfThenElse(better, v, best);
        places = hn::IfThenElse(hn::RebindMask(DI(), better), hn::Set(DI(), place), places);
      });
      if (y != nullptr) store(best, y + target + c, n);
      if (place8 != nullptr) store_bytes(places, place8 + target + c, n);
      if (place32 != nullptr) store_integers(places, place32 + target + c, n);
    });
  }
}

template <class T>
void max_grad(const WindowRow& given, const T* dy, const uint8_t* place8, const int32_t* place32, float* image) {
  const WindowRow row = given;
  for (int64_t w = 0; w < row.windows; ++w) {
    const Window window = window_at(row, w);
    const int64_t source = w * row.channels;
    for_vectors(row.channels, [=](int64_t c, auto n) HWY_ATTR {
      const V flow = load(dy + source + c, n);
      const VI places = place8 != nullptr ? load_bytes(place8 + source + c, n) : load_integers(place32 + source + c, n);
      float* const first = image + window.first + c;
      for_cells(row, window, [&](int64_t at, int32_t place) HWY_ATTR {
        const Mask here = hn::RebindMask(D(), hn::Eq(places, hn::Set(DI(), place)));
        store(hn::Add(load(first + at, n), hn::IfThenElseZero(here, flow)), first + at, n);
      });
    });
  }
}

HWY_INLINE float share_of(const WindowRow& row, const Window& window) {
  return 1 / static_cast<float>((row.row_end - row.row_begin) * (window.column_end - window.column_begin));
}

template <class T> void average(const WindowRow& given, const T* image, T* y) {
  const WindowRow row = given;
  for (int64_t w = 0; w < row.windows; ++w) {
    const Window window = window_at(row, w);
    const V share = number(share_of(row, window));
    const int64_t target = w * row.channels;
    for_vectors(row.channels, [=](int64_t c, auto n) HWY_ATTR {
      V total = hn::Zero(D());
      for_cells(row, window,
                [&](int64_t at, int32_t) HWY_ATTR { total = hn::Add(total, load(image + window.first + c + at, n)); });
      store(hn::Mul(total, share), y + target + c, n);
    });
  }
}

template <class T> void average_grad(const WindowRow& given, const T* dy, float* image) {
  const WindowRow row = given;
  for (int64_t w = 0; w < row.windows; ++w) {
    const Window window = window_at(row, w);
    const V share = number(share_of(row, window));
    const int64_t source = w * row.channels;
    for_vectors(row.channels, [=](int64_t c, auto n) HWY_ATTR {
      const V flow = hn::Mul(load(dy + source + c, n), share);
      float* const first = image + window.first + c;
      for_cells(row, window,
                [&](int64_t at, int32_t) HWY_ATTR { store(hn::Add(load(first + at, n), flow), first + at, n); });
    });
  }
}

template <class T> const PoolLoops<T>& loops() {
  static constexpr PoolLoops<T> table = {max<T>, max_grad<T>, average<T>, average_grad<T>};
  return table;
}
const PoolLoops<float>& wide_loops() { return loops<float>(); }
const PoolLoops<Bfloat16>& narrow_loops() { return loops<Bfloat16>(); }

}  // namespace
}  // namespace dltrain::backends::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dltrain::backends::onednn {

HWY_EXPORT(wide_loops);
HWY_EXPORT(narrow_loops);
template <> const PoolLoops<float>& pool_loops<float>() { return HWY_DYNAMIC_DISPATCH(wide_loops)(); }
template <> const PoolLoops<Bfloat16>& pool_loops<Bfloat16>() { return HWY_DYNAMIC_DISPATCH(narrow_loops)(); }

}  // namespace dltrain::backends::onednn
#endif
