#include "backends/onednn/vector/tile_product.h"

#include <array>
#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/onednn/vector/tile_product.cpp"
#include "hwy/foreach_target.h"

#include "backends/onednn/vector/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dltrain::backends::onednn::HWY_NAMESPACE {
namespace {

// Rows whose sums fit into registers beside what they are made from: 32 registers with AVX-512, else 16.
constexpr bool many_registers = HWY_TARGET <= HWY_AVX3;
constexpr int most_vectors = many_registers ? 4 : 3;
constexpr int most_rows(int vectors) {
  if (many_registers) return vectors == 4 ? 6 : vectors == 3 ? 8 : 12;
  return vectors == 3 ? 4 : vectors == 2 ? 6 : 12;
}

// Indices are constants, so that sums stay in registers. Rows that are adjacent in x have constant addresses as well.
template <int rows, int vectors, bool adjacent>
void multiply_block(const TileProduct& p, const float* x, float* z, const float* ahead, int64_t ahead_step) {
  const D d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const int64_t x_row = adjacent ? 1 : p.x_row;
  [&]<size_t... i, size_t... v>(std::index_sequence<i...>, std::index_sequence<v...>) HWY_ATTR {
    const auto place = [&](size_t k) HWY_ATTR {
      return z + static_cast<int64_t>(k / vectors) * p.z_row + static_cast<int64_t>(k % vectors) * lanes;
    };
    std::array<V, sizeof...(i)> sum = {(p.adds ? hn::LoadU(d, place(i)) : hn::Zero(d))...};
    for (int64_t o = 0; o < p.outer; ++o) {
      const float* from = x + o * p.x_outer;
      const float* y = p.y + o * p.y_outer;
      for (int64_t k = 0; k < p.depth; ++k, from += p.x_step, y += p.y_step, ahead += ahead_step) {
        __builtin_prefetch(ahead, 0, 2);
        const std::array<V, vectors> columns = {hn::LoadU(d, y + static_cast<int64_t>(v) * lanes)...};
        ((sum[i] =
              hn::MulAdd(hn::Set(d, from[static_cast<int64_t>(i / vectors) * x_row]), columns[i % vectors], sum[i])),
         ...);
      }
    }
    (hn::StoreU(sum[i], d, place(i)), ...);
  }(std::make_index_sequence<static_cast<size_t>(rows) * vectors>(), std::make_index_sequence<vectors>());
}

using Block = void (*)(const TileProduct&, const float*, float*, const float*, int64_t);

// By the number of rows, from 1.
template <int vectors, bool adjacent> constexpr auto blocks() {
  return []<int... rows>(std::integer_sequence<int, rows...>) {
    return std::array<Block, sizeof...(rows)>{multiply_block<rows + 1, vectors, adjacent>...};
  }(std::make_integer_sequence<int, most_rows(vectors)>());
}

// Rows in blocks of about equal size.
template <int vectors> void multiply_rows(const TileProduct& p) {
  static constexpr auto apart = blocks<vectors, false>();
  static constexpr auto adjacent = blocks<vectors, true>();
  const int64_t parts = (p.rows + most_rows(vectors) - 1) / most_rows(vectors);
  const int64_t rounds = p.outer * p.depth;
  const int64_t step = rounds == 0 ? 0 : (p.ahead_floats + parts * rounds - 1) / (parts * rounds);
  const float* ahead = p.ahead_floats == 0 ? p.y : p.ahead;
  for (int64_t part = 0; part < parts; ++part, ahead += rounds * step) {
    const int64_t begin = p.rows * part / parts, end = p.rows * (part + 1) / parts;
    const auto size = static_cast<size_t>(end - begin - 1);
    (p.x_row == 1 ? adjacent[size] : apart[size])(p, p.x + begin * p.x_row, p.z + begin * p.z_row, ahead, step);
  }
}

void multiply(const TileProduct& p, int64_t vectors) {
  if (vectors == 1) multiply_rows<1>(p);
  if (vectors == 2) multiply_rows<2>(p);
  if (vectors == 3) multiply_rows<3>(p);
  if constexpr (most_vectors == 4) {
    if (vectors == 4) multiply_rows<4>(p);
  }
}

const TileLoops& loops() {
  static const TileLoops table = {static_cast<int64_t>(hn::Lanes(D())),
                                  most_vectors,
                                  {most_rows(1), most_rows(2), most_rows(3), most_rows(4)},
                                  multiply};
  return table;
}

}  // namespace
}  // namespace dltrain::backends::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dltrain::backends::onednn {

HWY_EXPORT(loops);
const TileLoops& tile_loops() { return HWY_DYNAMIC_DISPATCH(loops)(); }

}  // namespace dltrain::backends::onednn
#endif
