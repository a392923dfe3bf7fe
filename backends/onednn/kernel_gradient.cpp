#include "backends/onednn/kernel_gradient.h"

#include <algorithm>

#include "backends/onednn/kernel.h"
#include "backends/onednn/parallel.h"
#include "backends/onednn/vector/kernel_gradient.h"
#include "core/checked.h"

namespace dltrain::backends::onednn {

namespace {

// Floats of x and dy that are worked on at a time: they stay in the first cache.
constexpr int64_t tile_floats = 6 * 1024;

struct Geometry {
  int64_t images, height, width, channels;  // of x
  int64_t rows, columns, filters;           // of dy
  int64_t kernel_rows, kernel_columns;
  int64_t row_stride, column_stride, row_dilation, column_dilation;
  int64_t top, left, padded_height, padded_width;

  bool is_padded() const { return padded_height != height || padded_width != width; }
  int64_t padded_floats() const { return is_padded() ? padded_height * padded_width * channels : 0; }
  int64_t sums() const { return kernel_rows * kernel_columns * channels * filters; }
  double multiplications() const { return static_cast<double>(images * rows * columns) * static_cast<double>(sums()); }
};

Geometry geometry_of(const Request& request) {
  const graph::Attributes& a = request.node.attributes;
  const Shape& x = request.input(0).shape;
  const Shape& dy = request.input(1).shape;
  const Shape& kernel = request.output().shape;
  const std::vector<int64_t>& padding = a.integers("padding");
  return {.images = x[0],
          .height = x[1],
          .width = x[2],
          .channels = x[3],
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
          .left = padding[2],
          .padded_height = x[1] + padding[0] + padding[1],
          .padded_width = x[2] + padding[2] + padding[3]};
}

// Into the middle of an image whose border is zero.
void copy_inside(const Geometry& g, const float* x, float* padded) {
  for (int64_t row = 0; row < g.height; ++row) {
    std::copy_n(x + row * g.width * g.channels, g.width * g.channels,
                padded + ((row + g.top) * g.padded_width + g.left) * g.channels);
  }
}

// Cells of the kernel that are side by side in the image as well: a row of it, unless it is dilated.
struct Cells {
  int64_t offset;  // in the image, in floats
  int64_t count;   // floats
};

std::vector<Cells> cells_of(const Geometry& g) {
  std::vector<Cells> cells;
  for (int64_t row = 0; row < g.kernel_rows; ++row) {
    const int64_t start = row * g.row_dilation * g.padded_width * g.channels;
    if (g.column_dilation == 1) {
      cells.push_back({start, g.kernel_columns * g.channels});
      continue;
    }
    for (int64_t column = 0; column < g.kernel_columns; ++column)
      cells.push_back({start + column * g.column_dilation * g.channels, g.channels});
  }
  return cells;
}

// sums [kernel cells, filters] += those of one image, some rows at a time.
void add_image(const Geometry& g, const std::vector<Cells>& cells, const float* x, const float* dy, float* sums) {
  const int64_t x_row = g.row_stride * g.padded_width * g.channels;
  const int64_t dy_row = g.columns * g.filters;
  const int64_t band = std::max<int64_t>(1, tile_floats / (x_row + dy_row));
  for (int64_t row = 0; row < g.rows; row += band) {
    const GradientTile tile{std::min(band, g.rows - row), g.columns, g.filters, x_row, g.column_stride * g.channels};
    float* to = sums;
    for (const Cells& each : cells) {
      kernel_gradient_loops().add(tile, x + row * x_row + each.offset, dy + row * dy_row, each.count, to);
      to += each.count * g.filters;
    }
  }
}

void add_parts(const Geometry& g, int parts, const float* sums, float* gradient) {
  std::copy_n(sums, g.sums(), gradient);
  for (int part = 1; part < parts; ++part) {
    for (int64_t i = 0; i < g.sums(); ++i) gradient[i] += sums[part * g.sums() + i];
  }
}

}  // namespace

Support accepts_kernel_gradient(const Request& request) {
  if (const Support support = only_float32(request); !support.yes) return support;
  if (request.machine.instruction_set == "sse2") return {false, "it needs AVX2"};
  if (request.node.attributes.integer("groups") != 1) return {false, "it is for one group"};
  const Geometry g = geometry_of(request);
  const bool is_product = g.kernel_rows * g.kernel_columns == 1 && g.row_stride * g.column_stride == 1;
  if (is_product)
    return {false, "windows of one place at every place are a matrix product, which the library does as fast"};
  if (g.filters % kernel_gradient_loops().lanes != 0) return {false, "filters do not fill vectors"};
  return {};
}

// inputs x, dy. Each part sums its images in scratch.
std::unique_ptr<Kernel> make_kernel_gradient(const Request& request) {
  const Geometry g = geometry_of(request);
  const int parts = parts_for(request.machine, g.multiplications() / 8, g.images);
  KernelInfo info = own_info(request, 2 * g.multiplications());
  const int64_t own_floats = checked_add(g.sums(), g.padded_floats());
  info.scratch_bytes = checked_multiply(checked_multiply(parts, own_floats), sizeof(float));
  return make_kernel(std::move(info), [g, parts, cells = cells_of(g)](const Arguments& a) {
    auto* sums = static_cast<float*>(a.scratch);
    float* padded = sums + parts * g.sums();
    in_parallel(parts, [&](int part) {
      float* own_sums = sums + part * g.sums();
      float* image = padded + part * g.padded_floats();
      std::fill_n(own_sums, g.sums(), 0.0F);
      std::fill_n(image, g.padded_floats(), 0.0F);
      const Range own = part_of(g.images, parts, part);
      for (int64_t n = own.begin; n < own.end; ++n) {
        const float* x = input<float>(a, 0) + n * g.height * g.width * g.channels;
        if (g.is_padded()) copy_inside(g, x, image);
        add_image(g, cells, g.is_padded() ? image : x, input<float>(a, 1) + n * g.rows * g.columns * g.filters,
                  own_sums);
      }
    });
    add_parts(g, parts, sums, output<float>(a));
  });
}

}  // namespace dltrain::backends::onednn
