#include "backends/onednn/transposed_product.h"

#include <algorithm>
#include <utility>

#include "backends/onednn/vector/tile_product.h"
#include "core/checked.h"

namespace dltrain::backends::onednn {

namespace {

// Rows that are worked on at a time: a panel of y of so many rows stays in the first cache.
constexpr int64_t tile_rows = 96;

int64_t lanes() { return tile_loops().lanes; }
int64_t panels_of(int64_t columns) { return divide_up(divide_up(columns, lanes()), tile_loops().most_vectors); }

// Loads for each product that is needed, with m rows of sums and n columns in vectors.
double loads(int64_t m, int64_t n) {
  const int64_t all = divide_up(n, lanes());
  const int64_t vectors = divide_up(all, panels_of(n));
  const int64_t held = std::min(m, tile_loops().most_rows[to_size(vectors - 1)]);
  const double used = static_cast<double>(n) / static_cast<double>(all * lanes());
  return static_cast<double>(vectors + held) / (static_cast<double>(vectors * held) * used);
}

}  // namespace

bool TransposedProduct::computes(const Machine& machine, int64_t m, int64_t n) {
  const int64_t most_sums = 1024 * 1024;  // for each thread
  return machine.instruction_set != "sse2" && m <= most_sums && n <= most_sums && m * n >= lanes() &&
         m * n <= most_sums;
}

bool TransposedProduct::pays(const Machine& machine, int64_t rows, int64_t m, int64_t n) {
  const int64_t most_sums = 256 * 1024;
  return computes(machine, m, n) && rows >= 1024 && m * n <= most_sums;
}

TransposedProduct::TransposedProduct(const Machine& machine, int64_t rows, int64_t m, int64_t n)
    : rows_(rows), turned_(loads(n, m) < loads(m, n)), m_(turned_ ? n : m), n_(turned_ ? m : n) {
  // Neighbouring rows must not compete for the same places of a cache.
  x_step_ = divide_up(m_, 16) * 16 + (m_ % 256 == 0 ? 16 : 0);
  z_step_ = divide_up(n_, lanes()) * lanes();
  panels_ = panels_of(n_);
  const double work = static_cast<double>(rows) * static_cast<double>(m) * static_cast<double>(n);
  parts_ = parts_for(machine, work / 8, divide_up(rows, tile_rows));
}

int64_t TransposedProduct::scratch_bytes() const {
  const int64_t panel = divide_up(z_step_ / lanes(), panels_) * lanes();
  const int64_t floats = checked_add(sums(), tile_rows * (x_step_ + panel));
  return checked_multiply(checked_multiply(parts_, floats), sizeof(float));
}

TransposedProduct::Memory TransposedProduct::memory_of(void* scratch, int part) const {
  float* const own =
      static_cast<float*>(scratch) + scratch_bytes() / parts_ / static_cast<int64_t>(sizeof(float)) * part;
  return {own, own + sums(), own + sums() + tile_rows * x_step_};
}

void TransposedProduct::run(const float* x, const float* y, float* z, void* scratch) const {
  if (turned_) std::swap(x, y);
  in_parallel(parts_, [&](int part) {
    const Memory memory = memory_of(scratch, part);
    const Range own = part_of(rows_, parts_, part);
    std::fill_n(memory.sums, sums(), 0.0F);
    for (int64_t row = own.begin; row < own.end; row += tile_rows) {
      const int64_t count = std::min(tile_rows, own.end - row);
      add_rows({x + row * m_, y + row * n_, count, std::min(tile_rows, own.end - row - count)}, memory);
    }
  });
  add_parts(scratch, z);
}

void TransposedProduct::add_rows(const Rows& rows, const Memory& memory) const {
  for (int64_t r = 0; r < rows.count; ++r) std::copy_n(rows.x + r * m_, m_, memory.x + r * x_step_);
  const int64_t vectors = z_step_ / lanes();
  for (int64_t p = 0; p < panels_; ++p)
    add_panel(rows, vectors * p / panels_ * lanes(), vectors * (p + 1) / panels_ * lanes(), p, memory);
}

// Columns [begin, end) of the sums, padded; panel number `number`.
void TransposedProduct::add_panel(const Rows& rows, int64_t begin, int64_t end, int64_t number,
                                  const Memory& memory) const {
  const int64_t width = end - begin;
  const int64_t given = std::min(n_, end) - begin;
  for (int64_t r = 0; r < rows.count; ++r) {
    std::copy_n(rows.y + r * n_ + begin, given, memory.panel + r * width);
    std::fill_n(memory.panel + r * width + given, width - given, 0.0F);
  }
  TileProduct product{.depth = rows.count,
                      .x_row = 1,
                      .x_step = x_step_,
                      .y = memory.panel,
                      .y_step = width,
                      .z_row = z_step_,
                      .adds = true};
  // Each half of the rows of sums brings its share of the next tile closer, one of x, the other of y.
  const int64_t middle = m_ / 2;
  for (const bool second : {false, true}) {
    const int64_t first = second ? middle : 0;
    product.rows = (second ? m_ : middle) - first;
    if (product.rows == 0) continue;
    product.x = memory.x + first;
    product.z = memory.sums + first * z_step_ + begin;
    const int64_t columns = second ? n_ : m_;
    product.ahead_floats = divide_up(rows.next * columns, panels_);
    product.ahead = (second ? rows.y : rows.x) + rows.count * columns + number * product.ahead_floats;
    tile_loops().multiply(product, width / lanes());
  }
}

void TransposedProduct::add_parts(void* scratch, float* z) const {
  for (int part = 1; part < parts_; ++part) {
    float* const all = memory_of(scratch, 0).sums;
    const float* const more = memory_of(scratch, part).sums;
    for (int64_t i = 0; i < sums(); ++i) all[i] += more[i];
  }
  const float* const all = memory_of(scratch, 0).sums;
  for (int64_t i = 0; i < m_; ++i) {
    for (int64_t j = 0; j < n_; ++j) z[turned_ ? j * m_ + i : i * n_ + j] = all[i * z_step_ + j];
  }
}

}  // namespace dltrain::backends::onednn
