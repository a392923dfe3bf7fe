// Matrix products by own tiles, in true float32 or float64.
#include "backends/cuda/device/matmul_parameters.h"
#include "backends/cuda/elementwise.h"
#include "core/checked.h"

namespace dltrain::backends::cuda {

namespace {

constexpr int64_t tile = 64;  // of device/matmul.cu

std::vector<Axis> batches_of(const Request& request) {
  const auto leading = [](const Shape& shape) { return shape.slice(0, shape.rank() - 2); };
  const Shape batch = leading(request.output().shape);
  std::vector<std::vector<int64_t>> strides;
  for (size_t i = 0; i < 2; ++i) {
    const Shape& shape = request.input(i).shape;
    strides.push_back(broadcast_strides(leading(shape), batch));
    for (int64_t& stride : strides.back()) stride *= shape.back() * shape[shape.rank() - 2];
  }
  return merged_axes(batch, strides);
}

Support accepts(const Request& request) {
  const DType dtype = request.output().dtype;
  if (dtype != DType::f32 && dtype != DType::f64)
    return {false, "its CUDA kernel computes in float32 or float64 (was " + request.output().text() + ")"};
  if (batches_of(request).size() <= device::max_axes) return {};
  return {false, "its CUDA kernel broadcasts along " + std::to_string(device::max_axes) + " axes at most"};
}

device::MatmulParameters parameters_of(const Request& request) {
  const Shape& x = request.input(0).shape;
  const Shape& z = request.output().shape;
  const bool tx = request.node.attributes.get<bool>("transpose_x");
  const bool ty = request.node.attributes.get<bool>("transpose_y");
  const auto size = [](int64_t value) { return static_cast<uint32_t>(value); };
  device::MatmulParameters p{};
  p.m = size(z[z.rank() - 2]);
  p.n = size(z.back());
  p.k = size(tx ? x[x.rank() - 2] : x.back());
  p.batch = size(z.slice(0, z.rank() - 2).elements());
  p.x_row = tx ? 1 : p.k;
  p.x_inner = tx ? p.m : 1;
  p.y_inner = ty ? 1 : p.n;
  p.y_column = ty ? p.k : 1;
  const std::vector<Axis> axes = batches_of(request);
  p.rank = static_cast<int>(axes.size());
  for (size_t i = 0; i < axes.size(); ++i) {
    p.sizes[i] = size(axes[i].size);
    p.x_strides[i] = size(axes[i].strides[0]);
    p.y_strides[i] = size(axes[i].strides[1]);
  }
  return p;
}

std::unique_ptr<Kernel> make(const Request& request) {
  const device::MatmulParameters constant = parameters_of(request);
  const double flops = 2.0 * constant.batch * constant.m * constant.n * constant.k;
  const Grid grid{constant.batch * divide_up(constant.m, tile) * divide_up(constant.n, tile), 256};
  return launch_kernel<device::MatmulParameters>(request, own_info(request, flops),
                                                 {"matmul", std::string("matmul_") + suffix_of(request.output().dtype)},
                                                 grid, [constant](const Arguments& a) {
                                                   device::MatmulParameters p = constant;
                                                   p.x = a.inputs[0];
                                                   p.y = a.inputs[1];
                                                   p.z = a.outputs[0];
                                                   return p;
                                                 });
}

}  // namespace

void register_matmul(KernelRegistry& registry) { registry.add("matmul", {accepts, make}); }

}  // namespace dltrain::backends::cuda
