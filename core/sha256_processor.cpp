// SHA-256 with the SHA extensions of x86 processors: four rounds of FIPS 180-4 in two instructions.
#include "core/sha256.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

#include "core/sha256_constants.h"

namespace dltrain::sha256_blocks {

namespace {

__m128i load(const void* address) { return _mm_loadu_si128(static_cast<const __m128i*>(address)); }

// The instructions want the eight words of the state as (f, e, b, a) and (h, g, d, c), lowest first.
__attribute__((target("sha,sse4.1"))) void take_block(__m128i& abef, __m128i& cdgh, const std::byte* block) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  const __m128i abef_before = abef, cdgh_before = cdgh;
  __m128i words[4];  // the last 16 words of the message schedule, four by four
#pragma GCC unroll 16
  for (size_t i = 0; i < 16; ++i) {
    __m128i& next = words[i % 4];
    const __m128i last = words[(i + 3) % 4];
    if (i < 4) {
      next = _mm_shuffle_epi8(load(block + 16 * i), big_endian);
    } else {
      next = _mm_sha256msg1_epu32(next, words[(i + 1) % 4]);
      next = _mm_add_epi32(next, _mm_alignr_epi8(last, words[(i + 2) % 4], 4));
      next = _mm_sha256msg2_epu32(next, last);
    }
    const __m128i terms = _mm_add_epi32(next, load(&constants[4 * i]));
    cdgh = _mm_sha256rnds2_epu32(cdgh, abef, terms);
    abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(terms, 0x0e));
  }
  abef = _mm_add_epi32(abef, abef_before);
  cdgh = _mm_add_epi32(cdgh, cdgh_before);
}

}  // namespace

__attribute__((target("sha,sse4.1"))) void processor(std::array<uint32_t, 8>& state, const std::byte* blocks,
                                                     size_t count) {
  const __m128i badc = _mm_shuffle_epi32(load(state.data()), 0xb1);
  const __m128i hgfe = _mm_shuffle_epi32(load(&state[4]), 0x1b);
  __m128i abef = _mm_alignr_epi8(badc, hgfe, 8);
  __m128i cdgh = _mm_blend_epi16(hgfe, badc, 0xf0);
  for (size_t i = 0; i < count; ++i) take_block(abef, cdgh, blocks + 64 * i);
  const __m128i abef_turned = _mm_shuffle_epi32(abef, 0x1b);
  const __m128i cdgh_turned = _mm_shuffle_epi32(cdgh, 0xb1);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state.data()), _mm_blend_epi16(abef_turned, cdgh_turned, 0xf0));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(&state[4]), _mm_alignr_epi8(cdgh_turned, abef_turned, 8));
}

bool processor_can() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  const bool sse41 = __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_SSE4_1) != 0;
  return sse41 && __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & bit_SHA) != 0;
}

}  // namespace dltrain::sha256_blocks

#else

namespace dltrain::sha256_blocks {

void processor(std::array<uint32_t, 8>& state, const std::byte* blocks, size_t count) {
  portable(state, blocks, count);
}

bool processor_can() { return false; }

}  // namespace dltrain::sha256_blocks

#endif
