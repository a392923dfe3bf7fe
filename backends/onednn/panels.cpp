#include "backends/onednn/panels.h"

#include <algorithm>

#include "backends/onednn/vector/tile_product.h"
#include "core/checked.h"

namespace dltrain::backends::onednn {

namespace {

// Floats of a panel that stay in the first cache while all rows meet them.
constexpr int64_t cached_floats = 8 * 1024;

}  // namespace

int64_t Panels::lanes() { return tile_loops().lanes; }

std::vector<Panels::Columns> Panels::in_order(int64_t columns) {
  std::vector<Columns> vectors;
  for (int64_t begin = 0; begin < columns; begin += lanes())
    vectors.push_back({begin, std::min(lanes(), columns - begin)});
  return vectors;
}

Panels::Panels(int64_t depth, std::vector<Columns> vectors, int64_t group)
    : depth_(depth),
      group_(group),
      vectors_(std::move(vectors)),
      panels_per_group_(divide_up(group, tile_loops().most_vectors)) {
  for (int64_t first = 0; first < static_cast<int64_t>(vectors_.size()); first += group) {
    for (int64_t p = 0; p < panels_per_group_; ++p) {
      const int64_t begin = group * p / panels_per_group_, end = group * (p + 1) / panels_per_group_;
      panels_.push_back({first + begin, end - begin});
    }
  }
}

int64_t Panels::floats() const { return checked_multiply(static_cast<int64_t>(vectors_.size()) * lanes(), depth_); }

std::string Panels::layout() const {
  std::string text = "panels of " + std::to_string(depth_) + ", " + std::to_string(group_) + ":";
  for (const Columns& columns : vectors_)
    text += " " + std::to_string(columns.begin) + "+" + std::to_string(columns.count);
  return text;
}

void Panels::pack(const float* matrix, int64_t row_step, int64_t column_step, float* packed) const {
  const int64_t width = lanes();
  for (const Panel& panel : panels_) {
    float* const to = packed + panel.begin * width * depth_;
    for (int64_t v = 0; v < panel.count; ++v) {
      const Columns columns = vectors_[to_size(panel.begin + v)];
      for (int64_t row = 0; row < depth_; ++row) {
        const float* const from = matrix + row * row_step + columns.begin * column_step;
        float* const place = to + (row * panel.count + v) * width;
        for (int64_t c = 0; c < columns.count; ++c) place[c] = from[c * column_step];
        std::fill(place + columns.count, place + width, 0.0F);
      }
    }
  }
}

std::span<const Panels::Panel> Panels::panels_of(int64_t group) const {
  return std::span(panels_).subspan(to_size(group * panels_per_group_), to_size(panels_per_group_));
}

void Panels::multiply(int64_t group, const float* packed, const Sides& sides) const {
  const float* ahead = sides.ahead;
  for (const Panel& panel : panels_of(group)) {
    const int64_t width = panel.count * lanes();
    const int64_t chunk = std::max<int64_t>(1, cached_floats / width);
    TileProduct product{.rows = sides.rows, .x_row = sides.x_step, .y_step = width, .z_row = sides.z_step};
    product.z = sides.z + (panel.begin - group * group_) * lanes();
    product.adds = sides.adds;
    product.ahead_floats = sides.ahead_floats / panels_per_group_ / divide_up(depth_, chunk);
    for (int64_t done = 0; done < depth_; done += chunk, product.adds = true) {
      product.depth = std::min(chunk, depth_ - done);
      product.x = sides.x + done;
      product.y = packed + panel.begin * lanes() * depth_ + done * width;
      product.ahead = ahead;
      tile_loops().multiply(product, panel.count);
      ahead += product.ahead_floats;
    }
  }
}

}  // namespace dltrain::backends::onednn
