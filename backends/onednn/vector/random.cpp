#include "backends/onednn/vector/random.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/onednn/vector/random.cpp"
#include "hwy/foreach_target.h"

#include "backends/onednn/vector/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dltrain::backends::onednn::HWY_NAMESPACE {
namespace {

using DU = hn::ScalableTag<uint32_t>;
using DU64 = hn::ScalableTag<uint64_t>;
using VU = hn::Vec<DU>;

// The 64-bit products of x and m, upper and lower halves.
struct Halves {
  VU high, low;
};
HWY_INLINE Halves multiply(VU x, VU m) {
  const hn::Vec<DU64> even = hn::MulEven(x, m);
  const hn::Vec<DU64> odd = hn::MulOdd(x, m);
  return {hn::OddEven(hn::BitCast(DU(), odd), hn::BitCast(DU(), hn::ShiftRight<32>(even))),
          hn::OddEven(hn::BitCast(DU(), hn::ShiftLeft<32>(odd)), hn::BitCast(DU(), even))};
}

// The words of Lanes blocks from number `block` on: 4 words a block, in order. Every block has its own counter; the
// lower half of the number must not overflow among them.
HWY_INLINE void words_of(const RandomRange& range, uint64_t block, uint32_t* words) {
  const DU d;
  const VU m0 = hn::Set(d, 0xD2511F53);
  const VU m1 = hn::Set(d, 0xCD9E8D57);
  VU c0 = hn::Add(hn::Set(d, static_cast<uint32_t>(block)), hn::Iota(d, 0));
  VU c1 = hn::Set(d, static_cast<uint32_t>(block >> 32));
  VU c2 = hn::Set(d, static_cast<uint32_t>(range.step));
  VU c3 = hn::Set(d, static_cast<uint32_t>(range.step >> 32));
  uint32_t k0 = range.key[0];
  uint32_t k1 = range.key[1];
  for (int round = 0; round < 10; ++round) {
    const Halves p0 = multiply(c0, m0);
    const Halves p1 = multiply(c2, m1);
    c0 = hn::Xor3(p1.high, c1, hn::Set(d, k0));
    c1 = p1.low;
    c2 = hn::Xor3(p0.high, c3, hn::Set(d, k1));
    c3 = p0.low;
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  hn::StoreInterleaved4(c0, c1, c2, c3, d, words);
}

// Calls f(words, first element, count) for stretches of the range, each within one batch of blocks.
template <class F> HWY_INLINE void for_words(const RandomRange& range, int64_t count, F f) {
  constexpr uint64_t blocks = hn::Lanes(DU());
  HWY_ALIGN uint32_t words[4 * blocks];
  uint64_t element = range.first;
  const uint64_t end = range.first + static_cast<uint64_t>(count);
  while (element < end) {
    // Batches start at multiples of their length, so that a counter overflows between them only.
    const uint64_t batch = element / (4 * blocks) * (4 * blocks);
    words_of(range, batch / 4, words);
    const uint64_t stop = std::min(end, batch + 4 * blocks);
    f(words + (element - batch), static_cast<int64_t>(element - range.first), static_cast<int64_t>(stop - element));
    element = stop;
  }
}

// The upper 24 bits of words.
HWY_INLINE VU load_words(const uint32_t* words, Whole) { return hn::LoadU(DU(), words); }
HWY_INLINE VU load_words(const uint32_t* words, Part part) { return hn::LoadN(DU(), words, part.many); }
template <class Some> HWY_INLINE hn::Vec<hn::RebindToSigned<DU>> upper_bits(const uint32_t* words, Some some) {
  return hn::BitCast(hn::RebindToSigned<DU>(), hn::ShiftRight<8>(load_words(words, some)));
}

void uniform(const RandomRange& range, int64_t count, float* y) {
  for_words(range, count, [&](const uint32_t* words, int64_t first, int64_t many) HWY_ATTR {
    for_vectors(many, [&](int64_t i, auto n) HWY_ATTR {
      store(hn::Mul(hn::ConvertTo(D(), upper_bits(words + i, n)), number(0x1p-24F)), y + first + i, n);
    });
  });
}

template <class T>
void drop(const RandomRange& range, uint32_t least, float scale, const T* x, int64_t count, T* y) {
  const hn::RebindToSigned<DU> d;
  const auto bound = hn::Set(d, static_cast<int32_t>(least));
  for_words(range, count, [&](const uint32_t* words, int64_t first, int64_t many) HWY_ATTR {
    for_vectors(many, [&](int64_t i, auto n) HWY_ATTR {
      const Mask kept = hn::RebindMask(D(), hn::Ge(upper_bits(words + i, n), bound));
      const V scaled = hn::Mul(load(x + first + i, n), number(scale));
      store(hn::IfThenElseZero(kept, scaled), y + first + i, n);
    });
  });
}

void drop_wide(const RandomRange& range, uint32_t least, float scale, const float* x, int64_t count, float* y) {
  drop(range, least, scale, x, count, y);
}
void drop_narrow(const RandomRange& range, uint32_t least, float scale, const Bfloat16* x, int64_t count, Bfloat16* y) {
  drop(range, least, scale, x, count, y);
}

}  // namespace
}  // namespace dltrain::backends::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dltrain::backends::onednn {

HWY_EXPORT(uniform);
HWY_EXPORT(drop_wide);
HWY_EXPORT(drop_narrow);

void uniform_numbers(const RandomRange& range, int64_t count, float* y) {
  HWY_DYNAMIC_DISPATCH(uniform)(range, count, y);
}
void drop_elements(const RandomRange& range, uint32_t least, float scale, const float* x, int64_t count, float* y) {
  HWY_DYNAMIC_DISPATCH(drop_wide)(range, least, scale, x, count, y);
}
void drop_elements(const RandomRange& range, uint32_t least, float scale, const Bfloat16* x, int64_t count,
                   Bfloat16* y) {
  HWY_DYNAMIC_DISPATCH(drop_narrow)(range, least, scale, x, count, y);
}

}  // namespace dltrain::backends::onednn
#endif
