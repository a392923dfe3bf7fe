#include "backends/onednn/depthwise.h"

#include <algorithm>

#include "backends/onednn/kernel.h"
#include "backends/onednn/parallel.h"
#include "backends/onednn/vector/depthwise.h"
#include "core/checked.h"

namespace dltrain::backends::onednn {

namespace {

DepthwiseWindow window_of(const graph::Attributes& a, const Shape& x, const Shape& y,
                          const std::vector<int64_t>& kernel) {
  const std::vector<int64_t>& padding = a.integers("padding");
  return {.height = x[1],
          .width = x[2],
          .rows = y[1],
          .columns = y[2],
          .channels = x[3],
          .kernel_rows = kernel[0],
          .kernel_columns = kernel[1],
          .row_stride = a.integers("strides")[0],
          .column_stride = a.integers("strides")[1],
          .row_dilation = a.integers("dilation")[0],
          .column_dilation = a.integers("dilation")[1],
          .top = padding[0],
          .left = padding[2]};
}

int64_t pixels_of(const DepthwiseWindow& w) { return w.height * w.width; }
int64_t outputs_of(const DepthwiseWindow& w) { return w.rows * w.columns; }
int64_t cells_of(const DepthwiseWindow& w) { return w.kernel_rows * w.kernel_columns * w.channels; }

double work_of(const DepthwiseWindow& w, int64_t images) {
  return static_cast<double>(images * outputs_of(w)) * static_cast<double>(cells_of(w));
}

}  // namespace

Support accepts_depthwise(const Request& request) {
  if (const Support support = only_float32(request); !support.yes) return support;
  const graph::Attributes& a = request.node.attributes;
  if (a.integers("dilation") == std::vector<int64_t>{1, 1}) return {false, "it is for dilated convolutions"};
  const bool to_input = a.find("input_shape") != nullptr;
  const int64_t channels = to_input ? a.integers("input_shape")[3] : request.input(0).shape[3];
  const int64_t filters = to_input ? request.input(0).shape[3] : request.input(1).shape[3];
  if (a.integer("groups") != channels || channels != filters) return {false, "it is for one filter a channel"};
  return {};
}

// inputs dy, kernel.
std::unique_ptr<Kernel> make_depthwise_grad_input(const Request& request) {
  const Shape& x = request.output().shape;
  const DepthwiseWindow w =
      window_of(request.node.attributes, x, request.input(0).shape, request.input(1).shape.sizes());
  const int64_t images = x[0];
  const int parts = parts_for(request.machine, work_of(w, images), images);
  return make_kernel(own_info(request, 2 * work_of(w, images)), [=](const Arguments& a) {
    in_parallel(parts, [&](int part) {
      const Range own = part_of(images, parts, part);
      for (int64_t n = own.begin; n < own.end; ++n) {
        depthwise_loops().grad_input(w, input<float>(a, 0) + n * outputs_of(w) * w.channels, input<float>(a, 1),
                                     output<float>(a) + n * pixels_of(w) * w.channels);
      }
    });
  });
}

// inputs x, dy. Each part sums its images in scratch.
std::unique_ptr<Kernel> make_depthwise_grad_kernel(const Request& request) {
  const Shape& x = request.input(0).shape;
  const DepthwiseWindow w =
      window_of(request.node.attributes, x, request.input(1).shape, request.output().shape.sizes());
  const int64_t images = x[0];
  const int parts = parts_for(request.machine, work_of(w, images), images);
  KernelInfo info = own_info(request, 2 * work_of(w, images));
  info.scratch_bytes = checked_multiply(checked_multiply(parts, cells_of(w)), sizeof(double));
  return make_kernel(std::move(info), [=](const Arguments& a) {
    auto* sums = static_cast<double*>(a.scratch);
    in_parallel(parts, [&](int part) {
      double* own_sums = sums + part * cells_of(w);
      std::fill_n(own_sums, cells_of(w), 0.0);
      const Range own = part_of(images, parts, part);
      for (int64_t n = own.begin; n < own.end; ++n) {
        depthwise_loops().grad_kernel(w, input<float>(a, 0) + n * pixels_of(w) * w.channels,
                                      input<float>(a, 1) + n * outputs_of(w) * w.channels, own_sums);
      }
    });
    for (int64_t i = 0; i < cells_of(w); ++i) {
      double total = 0;
      for (int part = 0; part < parts; ++part) total += sums[part * cells_of(w) + i];
      output<float>(a)[i] = static_cast<float>(total);
    }
  });
}

}  // namespace dltrain::backends::onednn
