#include "backends/onednn/narrow_peak.h"

#include <array>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace dltrain::backends::onednn {

#if defined(__x86_64__)

namespace {

// What the tiles of AMX hold, as LDTILECFG takes it: 16 rows of 64 bytes each.
struct TileLayout {
  uint8_t palette = 1;
  uint8_t start_row = 0;
  std::array<uint8_t, 14> reserved{};
  std::array<uint16_t, 16> row_bytes{};
  std::array<uint8_t, 16> rows{};
};

// Four sums of a 16 x 32 by 32 x 16 product each; numbers do not matter for the time that they take.
__attribute__((target("amx-tile,amx-bf16"))) double multiply_tiles(int64_t rounds, float* sink) {
  alignas(64) TileLayout layout;
  for (size_t tile = 0; tile < 8; ++tile) {
    layout.row_bytes[tile] = 64;
    layout.rows[tile] = 16;
  }
  _tile_loadconfig(&layout);
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  _tile_zero(4);
  _tile_zero(5);
  _tile_zero(6);
  _tile_zero(7);
  for (int64_t round = 0; round < rounds; ++round) {
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  alignas(64) std::array<float, 256> result{};
  _tile_stored(0, result.data(), 64);
  _tile_release();
  *sink = result[0];
  return 4.0 * 2 * 16 * 16 * 32 * static_cast<double>(rounds);
}

__attribute__((target("avx512f,avx512bf16"))) double multiply_vectors(int64_t rounds, float seed, float* sink) {
  const auto x = (__m512bh)_mm512_castps_si512(_mm512_set1_ps(seed));
  std::array<__m512, 12> sums;
  for (__m512& sum : sums) sum = _mm512_setzero_ps();
  for (int64_t round = 0; round < rounds; ++round) {
    for (__m512& sum : sums) sum = _mm512_dpbf16_ps(sum, x, x);
  }
  __m512 total = _mm512_setzero_ps();
  for (const __m512& sum : sums) total = _mm512_add_ps(total, sum);
  *sink = _mm512_reduce_add_ps(total);
  return 12.0 * 2 * 32 * static_cast<double>(rounds);
}

}  // namespace

double multiply_narrow(bool tiles, int64_t rounds, float seed, float* sink) {
  return tiles ? multiply_tiles(rounds, sink) : multiply_vectors(4 * rounds, seed, sink);
}

#else

double multiply_narrow(bool, int64_t, float, float*) { return 0; }

#endif

}  // namespace dltrain::backends::onednn
