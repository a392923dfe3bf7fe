#include "backends/onednn/kernel_gradient.h"

#include <algorithm>
#include <array>
#include <limits>

#include "backends/onednn/kernel.h"
#include "backends/onednn/parallel.h"
#include "backends/onednn/transposed_product.h"
#include "backends/onednn/vector/tile_product.h"
#include "core/checked.h"

namespace dltrain::backends::onednn {

namespace {

struct Geometry {
  int64_t images, height, width, channels;  // of x
  std::array<int64_t, 2> sources;  // channels of the images that x is joined of; 0: there is one
  int64_t rows, columns, filters;           // of dy
  int64_t kernel_rows, kernel_columns;
  int64_t row_stride, column_stride, row_dilation, column_dilation;
  int64_t top, left;

  bool is_product() const {
    return sources[1] == 0 && kernel_rows * kernel_columns == 1 && row_stride * column_stride == 1 && rows == height &&
           columns == width;
  }
  int64_t places() const { return images * rows * columns; }
  int64_t taps() const { return kernel_rows * kernel_columns * channels; }
  int64_t sums() const { return taps() * filters; }
  double multiplications() const { return static_cast<double>(images * rows * columns) * static_cast<double>(sums()); }
};

Geometry geometry_of(const Request& request) {
  const graph::Attributes& a = request.node.attributes;
  const Shape& x = request.input(0).shape;
  const bool joined = request.node.inputs.size() == 3;
  const Shape& dy = request.input(joined ? 2 : 1).shape;
  const Shape& kernel = request.output().shape;
  const std::vector<int64_t>& padding = a.integers("padding");
  return {.images = x[0],
          .height = x[1],
          .width = x[2],
          .channels = kernel[2] * a.integer("groups"),
          .sources = {x[3], joined ? request.input(1).shape[3] : 0},
          .rows = dy[1],
          .columns = dy[2],
          .filters = dy[3],
          .kernel_rows = kernel[0],
          .kernel_columns = kernel[1],
          .row_stride = a.integers("strides")[0],
          .column_stride = a.integers("strides")[1],
          .row_dilation = a.integers("dilation")[0],
          .column_dilation = a.integers("dilation")[1],
          .top = padding[0],
          .left = padding[2]};
}

// Places of dy that are worked on at a time, and what they see of x, both in the first cache.
struct Tile {
  int64_t rows, columns;

  int64_t window_rows(const Geometry& g) const {
    return (rows - 1) * g.row_stride + (g.kernel_rows - 1) * g.row_dilation + 1;
  }
  int64_t window_columns(const Geometry& g) const {
    return (columns - 1) * g.column_stride + (g.kernel_columns - 1) * g.column_dilation + 1;
  }
  int64_t window_floats(const Geometry& g) const { return window_rows(g) * window_columns(g) * g.channels; }
  int64_t floats(const Geometry& g) const { return window_floats(g) + rows * columns * g.filters; }
};

// As many whole rows of dy as the cache holds; parts of a row where it does not hold one.
Tile tile_of(const Geometry& g, const Machine& machine) {
  const int64_t most = machine.instruction_set == "avx512" ? 10752 : 6656;
  Tile tile{1, g.columns};
  while (tile.columns > 16 && tile.floats(g) > most) tile.columns = divide_up(tile.columns, 2);
  while (tile.rows < g.rows && Tile{tile.rows + 1, tile.columns}.floats(g) <= most) ++tile.rows;
  tile.rows = divide_up(g.rows, divide_up(g.rows, tile.rows));
  return tile;
}

// Cells of the kernel that are side by side in the image as well: a row of it, unless it is dilated.
struct Cells {
  int64_t row, column;  // in a window
  int64_t count;  // floats
};

std::vector<Cells> cells_of(const Geometry& g) {
  std::vector<Cells> cells;
  for (int64_t row = 0; row < g.kernel_rows; ++row) {
    if (g.column_dilation == 1) {
      cells.push_back({row * g.row_dilation, 0, g.kernel_columns * g.channels});
      continue;
    }
    for (int64_t column = 0; column < g.kernel_columns; ++column)
      cells.push_back({row * g.row_dilation, column * g.column_dilation, g.channels});
  }
  return cells;
}

// What stands in vectors: filters, sums being [taps, filters], or taps, sums being [filters, taps].
enum class Vectors {
  filters,
  taps
};

// Loads for each product, `rows` by `floats` of which stand in vectors; infinite where these do not fill vectors.
double loads(int64_t rows, int64_t floats) {
  const TileLoops& loops = tile_loops();
  if (floats % loops.lanes != 0) return std::numeric_limits<double>::infinity();
  const int64_t all = floats / loops.lanes;
  const int64_t vectors = divide_up(all, divide_up(all, loops.most_vectors));
  const int64_t held = std::min(rows, loops.most_rows[to_size(vectors - 1)]);
  return static_cast<double>(vectors + held) / static_cast<double>(vectors * held);
}

Vectors vectors_of(const Geometry& g) {
  const int64_t cells = cells_of(g).front().count;
  return loads(g.filters, cells) < loads(cells, g.filters) ? Vectors::taps : Vectors::filters;
}

// A kernel's gradient as tiles see it.
struct Scheme {
  Geometry g;
  Tile tile;
  Vectors vectors;
  std::vector<Cells> cells;
};

// Where an image begins: one, or two whose channels are joined.
using Images = std::array<const float*, 2>;

// Pixels [0, count) of one source into channels [offset, ...) of a window.
void copy_pixels(const Geometry& g, const float* x, int64_t channels, int64_t offset, int64_t count, float* window) {
  if (channels == g.channels) {
    std::copy_n(x, count * channels, window);
    return;
  }
  for (int64_t pixel = 0; pixel < count; ++pixel)
    std::copy_n(x + pixel * channels, channels, window + pixel * g.channels + offset);
}

// What the places of dy from (row, column) on see of an image, zero where that is outside.
void copy_window(const Geometry& g, const Tile& tile, const Images& x, int64_t row, int64_t column, float* window) {
  const int64_t width = tile.window_columns(g);
  const int64_t first = column * g.column_stride - g.left;
  const int64_t begin = std::clamp<int64_t>(-first, 0, width);
  const int64_t end = std::clamp<int64_t>(g.width - first, begin, width);
  for (int64_t r = 0; r < tile.window_rows(g); ++r, window += width * g.channels) {
    const int64_t from = row * g.row_stride - g.top + r;
    if (from < 0 || from >= g.height) {
      std::fill_n(window, width * g.channels, 0.0F);
      continue;
    }
    std::fill_n(window, begin * g.channels, 0.0F);
    const int64_t pixel = from * g.width + first + begin;
    for (size_t s = 0; s < x.size() && g.sources[s] > 0; ++s)
      copy_pixels(g, x[s] + pixel * g.sources[s], g.sources[s], s == 0 ? 0 : g.sources[0], end - begin,
                  window + begin * g.channels);
    std::fill_n(window + end * g.channels, (width - end) * g.channels, 0.0F);
  }
}

// Adds the products of a tile to z [rows of sums, vectors].
void multiply(TileProduct product, int64_t floats) {
  const TileLoops& loops = tile_loops();
  const int64_t vectors = floats / loops.lanes;
  const int64_t parts = divide_up(vectors, loops.most_vectors);
  const float* const y = product.y;
  float* const z = product.z;
  product.ahead_floats = divide_up(product.ahead_floats, parts);
  for (int64_t part = 0; part < parts; ++part) {
    const int64_t begin = vectors * part / parts, end = vectors * (part + 1) / parts;
    if (part > 0) product.ahead += product.ahead_floats;
    product.y = y + begin * loops.lanes;
    product.z = z + begin * loops.lanes;
    loops.multiply(product, end - begin);
  }
}

// A stretch of memory that is needed soon.
struct Ahead {
  const float* begin = nullptr;
  int64_t floats = 0;
};

// sums += those of one tile.
void add_tile(const Scheme& scheme, const Tile& tile, const float* window, const float* dy,
              const std::array<Ahead, 3>& next, float* sums) {
  const Geometry& g = scheme.g;
  const int64_t window_row = tile.window_columns(g) * g.channels;
  int64_t tap = 0;
  size_t number = 0;
  for (const Cells& cells : scheme.cells) {
    const float* const x = window + cells.row * window_row + cells.column * g.channels;
    TileProduct product{.depth = tile.columns, .outer = tile.rows, .adds = true};
    if (const size_t i = number++; i < next.size()) {
      product.ahead = next[i].begin;
      product.ahead_floats = next[i].floats;
    }
    if (scheme.vectors == Vectors::filters) {
      product.rows = cells.count;
      product.x = x, product.y = dy, product.z = sums + tap * g.filters;
      product.x_row = 1, product.x_step = g.column_stride * g.channels, product.x_outer = g.row_stride * window_row;
      product.y_step = g.filters, product.y_outer = g.columns * g.filters, product.z_row = g.filters;
      multiply(product, g.filters);
    } else {
      product.rows = g.filters;
      product.x = dy, product.y = x, product.z = sums + tap;
      product.x_row = 1, product.x_step = g.filters, product.x_outer = g.columns * g.filters;
      product.y_step = g.column_stride * g.channels, product.y_outer = g.row_stride * window_row,
      product.z_row = g.taps();
      multiply(product, cells.count);
    }
    tap += cells.count;
  }
}

// What the next tile reads first: rows of dy and of x that follow in memory, where a tile has whole rows.
std::array<Ahead, 3> next_of(const Scheme& scheme, const Tile& tile, const Images& x, const float* dy, int64_t row) {
  const Geometry& g = scheme.g;
  if (tile.columns != g.columns) return {};
  const int64_t seen = std::min(g.height, row * g.row_stride - g.top + tile.window_rows(g));
  const int64_t places = tile.rows * g.columns * g.filters;
  std::array<Ahead, 3> next = {{{dy + places, places}}};
  for (size_t s = 0; s < x.size() && g.sources[s] > 0; ++s) {
    next[s + 1] = {x[s] + seen * g.width * g.sources[s], scheme.tile.rows * g.row_stride * g.width * g.sources[s]};
  }
  return next;
}

void add_image(const Scheme& scheme, const Images& x, const float* dy, float* window, float* sums) {
  const Geometry& g = scheme.g;
  for (int64_t row = 0; row < g.rows; row += scheme.tile.rows) {
    for (int64_t column = 0; column < g.columns; column += scheme.tile.columns) {
      const Tile tile{std::min(scheme.tile.rows, g.rows - row), std::min(scheme.tile.columns, g.columns - column)};
      copy_window(g, tile, x, row, column, window);
      const float* const places = dy + (row * g.columns + column) * g.filters;
      add_tile(scheme, tile, window, places, next_of(scheme, tile, x, places, row), sums);
    }
  }
}

// The gradient [taps, filters] of the sums of all parts.
void add_parts(const Scheme& scheme, int parts, const float* sums, float* gradient) {
  const Geometry& g = scheme.g;
  const bool turned = scheme.vectors == Vectors::taps;
  for (int64_t tap = 0; tap < g.taps(); ++tap) {
    for (int64_t f = 0; f < g.filters; ++f) {
      const int64_t at = turned ? f * g.taps() + tap : tap * g.filters + f;
      float sum = sums[at];
      for (int part = 1; part < parts; ++part) sum += sums[part * g.sums() + at];
      gradient[tap * g.filters + f] = sum;
    }
  }
}

}  // namespace

Support computes_kernel_gradient(const Request& request) {
  if (const Support support = only_float32(request); !support.yes) return support;
  if (request.machine.instruction_set == "sse2") return {false, "it needs AVX2"};
  if (request.node.attributes.integer("groups") != 1) return {false, "it is for one group"};
  const Geometry g = geometry_of(request);
  if (g.is_product())
    return {TransposedProduct::computes(request.machine, g.channels, g.filters), "its sums do not fit into a cache"};
  const int64_t lanes = tile_loops().lanes;
  if (g.filters % lanes != 0 && cells_of(g).front().count % lanes != 0)
    return {false, "neither filters nor a row of the kernel fill vectors"};
  return {};
}

Support accepts_kernel_gradient(const Request& request) {
  if (const Support support = computes_kernel_gradient(request); !support.yes) return support;
  const Geometry g = geometry_of(request);
  if (!g.is_product() || TransposedProduct::pays(request.machine, g.places(), g.channels, g.filters)) return {};
  return {false, "windows of one place at every place are a matrix product, which the library does as fast"};
}

namespace {

std::unique_ptr<Kernel> make_product(const Request& request, const Geometry& g) {
  const TransposedProduct product(request.machine, g.places(), g.channels, g.filters);
  KernelInfo info = own_info(request, 2 * g.multiplications());
  info.scratch_bytes = product.scratch_bytes();
  return make_kernel(std::move(info), [product](const Arguments& a) {
    product.run(input<float>(a, 0), input<float>(a, 1), output<float>(a), a.scratch);
  });
}

}  // namespace

// inputs x, dy. Each part sums its images in scratch.
std::unique_ptr<Kernel> make_kernel_gradient(const Request& request) {
  const Geometry of = geometry_of(request);
  if (of.is_product()) return make_product(request, of);
  const Scheme scheme{of, tile_of(of, request.machine), vectors_of(of), cells_of(of)};
  const int parts = parts_for(request.machine, of.multiplications() / 8, of.images);
  KernelInfo info = own_info(request, 2 * of.multiplications());
  const int64_t window_floats = divide_up(scheme.tile.window_floats(of), 16) * 16;
  info.scratch_bytes = checked_multiply(checked_multiply(parts, checked_add(of.sums(), window_floats)), sizeof(float));
  return make_kernel(std::move(info), [scheme, parts, window_floats](const Arguments& a) {
    const Geometry& g = scheme.g;
    auto* windows = static_cast<float*>(a.scratch);
    float* const sums = windows + parts * window_floats;
    in_parallel(parts, [&](int part) {
      float* const own_sums = sums + part * g.sums();
      std::fill_n(own_sums, g.sums(), 0.0F);
      const Range own = part_of(g.images, parts, part);
      for (int64_t n = own.begin; n < own.end; ++n) {
        const bool joined = g.sources[1] > 0;
        const int64_t pixels = n * g.height * g.width;
        const Images x = {input<float>(a, 0) + pixels * g.sources[0],
                          joined ? input<float>(a, 1) + pixels * g.sources[1] : nullptr};
        const float* const dy = input<float>(a, joined ? 2 : 1) + n * g.rows * g.columns * g.filters;
        add_image(scheme, x, dy, windows + part * window_floats, own_sums);
      }
    });
    add_parts(scheme, parts, sums, output<float>(a));
  });
}

}  // namespace dltrain::backends::onednn
