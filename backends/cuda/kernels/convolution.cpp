// Convolutions of images and their gradients in float32, straight from the definition.
#include "backends/cuda/device/matmul_parameters.h"
#include "backends/cuda/kernel.h"
#include "backends/cuda/windows.h"

namespace dltrain::backends::cuda {

namespace {

Support accepts(const Request& request) { return only_float32(request); }

device::ConvolutionParameters parameters_of(const Request& request, const Shape& x, const Shape& kernel,
                                            const Shape& y) {
  const graph::Attributes& a = request.node.attributes;
  const auto size = [](int64_t value) { return static_cast<uint32_t>(value); };
  device::ConvolutionParameters p{};
  set_windows(p, a, x, y);
  p.kh = size(kernel[0]);
  p.kw = size(kernel[1]);
  p.depth = size(kernel[2]);
  p.f = size(kernel[3]);
  p.filters = size(kernel[3] / a.integer("groups"));
  p.dilation_h = static_cast<int>(a.integers("dilation")[0]);
  p.dilation_w = static_cast<int>(a.integers("dilation")[1]);
  return p;
}

std::unique_ptr<Kernel> make_with(const Request& request, const device::ConvolutionParameters& constant,
                                  const Grid& grid) {
  const double flops =
      2.0 * constant.n * constant.oh * constant.ow * constant.f * constant.kh * constant.kw * constant.depth;
  return launch_kernel<device::ConvolutionParameters>(request, own_info(request, flops), {"convolution", request.op()},
                                                      grid, [constant](const Arguments& a) {
                                                        device::ConvolutionParameters p = constant;
                                                        p.a = input<float>(a, 0);
                                                        p.b = input<float>(a, 1);
                                                        p.out = output<float>(a);
                                                        return p;
                                                      });
}

std::unique_ptr<Kernel> make_forward(const Request& request) {
  return make_with(request,
                   parameters_of(request, request.input(0).shape, request.input(1).shape, request.output().shape),
                   grid_for(request, request.output().elements()));
}
std::unique_ptr<Kernel> make_grad_input(const Request& request) {
  return make_with(request,
                   parameters_of(request, request.output().shape, request.input(1).shape, request.input(0).shape),
                   grid_for(request, request.output().elements()));
}
std::unique_ptr<Kernel> make_grad_kernel(const Request& request) {
  return make_with(request,
                   parameters_of(request, request.input(0).shape, request.output().shape, request.input(1).shape),
                   Grid{request.output().elements(), 256});
}

}  // namespace

void register_convolution(KernelRegistry& registry) {
  registry.add("conv2d", {accepts, make_forward});
  registry.add("conv2d_grad_input", {accepts, make_grad_input});
  registry.add("conv2d_grad_kernel", {accepts, make_grad_kernel});
}

}  // namespace dltrain::backends::cuda
