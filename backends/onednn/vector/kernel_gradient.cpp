#include "backends/onednn/vector/kernel_gradient.h"

#include <algorithm>
#include <array>
#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/onednn/vector/kernel_gradient.cpp"
#include "hwy/foreach_target.h"

#include "backends/onednn/vector/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dltrain::backends::onednn::HWY_NAMESPACE {
namespace {

// Sums that fit into registers beside what they are made from: 32 of them with AVX-512, else 16.
constexpr bool many_registers = HWY_TARGET <= HWY_AVX3;
constexpr int most_vectors = many_registers ? 4 : 2;
constexpr int most_taps(int vectors) {
  if (many_registers) return vectors == 4 ? 6 : vectors == 2 ? 12 : 24;
  return vectors == 2 ? 6 : 12;
}

// `taps` times `vectors` sums over all places of a tile. Indices are constants, so that sums stay in registers.
template <int taps, int vectors>
void add_block(const GradientTile& tile, const float* x, const float* dy, float* sums) {
  const D d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  [&]<size_t... i>(std::index_sequence<i...>) HWY_ATTR {
    std::array<V, sizeof...(i)> sum = {((void)i, hn::Zero(d))...};
    for (int64_t r = 0; r < tile.rows; ++r) {
      const float* from = x + r * tile.row_step;
      const float* error = dy + r * tile.columns * tile.filters;
      for (int64_t c = 0; c < tile.columns; ++c, from += tile.column_step, error += tile.filters) {
        ((sum[i] = hn::MulAdd(hn::Set(d, from[i / vectors]),
                              hn::LoadU(d, error + static_cast<int64_t>(i % vectors) * lanes), sum[i])),
         ...);
      }
    }
    const auto place = [&](size_t k) HWY_ATTR {
      return sums + static_cast<int64_t>(k / vectors) * tile.filters + static_cast<int64_t>(k % vectors) * lanes;
    };
    (hn::StoreU(hn::Add(hn::LoadU(d, place(i)), sum[i]), d, place(i)), ...);
  }(std::make_index_sequence<static_cast<size_t>(taps) * vectors>());
}

using Block = void (*)(const GradientTile&, const float*, const float*, float*);

// By the number of taps, from 1.
template <int vectors> constexpr auto blocks() {
  return []<int... taps>(std::integer_sequence<int, taps...>) {
    return std::array<Block, sizeof...(taps)>{add_block<taps + 1, vectors>...};
  }(std::make_integer_sequence<int, most_taps(vectors)>());
}

// Taps in blocks of about equal size, for `vectors` vectors of filters.
template <int vectors>
void add_taps(const GradientTile& tile, const float* x, const float* dy, int64_t taps, float* sums) {
  static constexpr auto table = blocks<vectors>();
  const int64_t parts = (taps + most_taps(vectors) - 1) / most_taps(vectors);
  for (int64_t part = 0; part < parts; ++part) {
    const int64_t begin = taps * part / parts, end = taps * (part + 1) / parts;
    table[static_cast<size_t>(end - begin - 1)](tile, x + begin, dy, sums + begin * tile.filters);
  }
}

void add(const GradientTile& tile, const float* x, const float* dy, int64_t taps, float* sums) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(D()));
  int64_t f = 0;
  if constexpr (most_vectors == 4) {
    for (; f + 4 * lanes <= tile.filters; f += 4 * lanes) add_taps<4>(tile, x, dy + f, taps, sums + f);
  }
  for (; f + 2 * lanes <= tile.filters; f += 2 * lanes) add_taps<2>(tile, x, dy + f, taps, sums + f);
  for (; f + lanes <= tile.filters; f += lanes) add_taps<1>(tile, x, dy + f, taps, sums + f);
}

const KernelGradientLoops& loops() {
  static const KernelGradientLoops table = {static_cast<int64_t>(hn::Lanes(D())), add};
  return table;
}

}  // namespace
}  // namespace dltrain::backends::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dltrain::backends::onednn {

HWY_EXPORT(loops);
const KernelGradientLoops& kernel_gradient_loops() { return HWY_DYNAMIC_DISPATCH(loops)(); }

}  // namespace dltrain::backends::onednn
#endif
