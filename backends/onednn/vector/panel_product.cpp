#include "backends/onednn/vector/panel_product.h"

#include <array>
#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/onednn/vector/panel_product.cpp"
#include "hwy/foreach_target.h"

#include "backends/onednn/vector/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dltrain::backends::onednn::HWY_NAMESPACE {
namespace {

// Rows whose sums fit into registers beside a row of the panel: 32 registers with AVX-512, else 16.
constexpr bool many_registers = HWY_TARGET <= HWY_AVX3;
constexpr int most_vectors = many_registers ? 4 : 3;
constexpr int most_rows(int vectors) {
  if (many_registers) return vectors == 4 ? 6 : 8;
  return vectors == 3 ? 4 : vectors == 2 ? 6 : 8;
}

// Indices are constants, so that sums stay in registers.
template <int rows, int vectors> void multiply_block(const PanelProduct& p, const float* x, float* z) {
  const D d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const float* panel = p.panel;
  [&]<size_t... i, size_t... v, size_t... r>(std::index_sequence<i...>, std::index_sequence<v...>,
                                             std::index_sequence<r...>) HWY_ATTR {
    const auto place = [&](size_t k) HWY_ATTR {
      return z + static_cast<int64_t>(k / vectors) * p.z_step + static_cast<int64_t>(k % vectors) * lanes;
    };
    std::array<V, sizeof...(i)> sum = {(p.adds ? hn::LoadU(d, place(i)) : hn::Zero(d))...};
    const std::array<const float*, rows> from = {(x + static_cast<int64_t>(r) * p.x_step)...};
    for (int64_t k = 0; k < p.depth; ++k, panel += vectors * lanes) {
      const std::array<V, vectors> weights = {hn::LoadU(d, panel + static_cast<int64_t>(v) * lanes)...};
      ((sum[i] = hn::MulAdd(hn::Set(d, from[i / vectors][k]), weights[i % vectors], sum[i])), ...);
    }
    (hn::StoreU(sum[i], d, place(i)), ...);
  }(std::make_index_sequence<static_cast<size_t>(rows) * vectors>(), std::make_index_sequence<vectors>(),
    std::make_index_sequence<rows>());
}

using Block = void (*)(const PanelProduct&, const float*, float*);

// By the number of rows, from 1.
template <int vectors> constexpr auto blocks() {
  return []<int... rows>(std::integer_sequence<int, rows...>) {
    return std::array<Block, sizeof...(rows)>{multiply_block<rows + 1, vectors>...};
  }(std::make_integer_sequence<int, most_rows(vectors)>());
}

// Rows in blocks of about equal size.
template <int vectors> void multiply_rows(const PanelProduct& p) {
  static constexpr auto table = blocks<vectors>();
  const int64_t parts = (p.rows + most_rows(vectors) - 1) / most_rows(vectors);
  for (int64_t part = 0; part < parts; ++part) {
    const int64_t begin = p.rows * part / parts, end = p.rows * (part + 1) / parts;
    table[static_cast<size_t>(end - begin - 1)](p, p.x + begin * p.x_step, p.z + begin * p.z_step);
  }
}

void multiply(const PanelProduct& p, int64_t vectors) {
  if (vectors == 1) multiply_rows<1>(p);
  if (vectors == 2) multiply_rows<2>(p);
  if (vectors == 3) multiply_rows<3>(p);
  if constexpr (most_vectors == 4) {
    if (vectors == 4) multiply_rows<4>(p);
  }
}

const PanelLoops& loops() {
  static const PanelLoops table = {static_cast<int64_t>(hn::Lanes(D())), most_vectors, multiply};
  return table;
}

}  // namespace
}  // namespace dltrain::backends::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dltrain::backends::onednn {

HWY_EXPORT(loops);
const PanelLoops& panel_loops() { return HWY_DYNAMIC_DISPATCH(loops)(); }

}  // namespace dltrain::backends::onednn
#endif
