// Convolutions of images and their gradients in float32, straight from the definition.
#include "backends/cuda/device/matmul_parameters.h"
#include "backends/cuda/kernel.h"

namespace dltrain::backends::cuda {

namespace {

Support accepts(const Request& request) { return only_float32(request); }

device::ConvolutionParameters parameters_of(const Request& request, const Shape& x, const Shape& kernel,
                                            const Shape& y) {
  const graph::Attributes& a = request.node.attributes;
  const auto size = [](int64_t value) { return static_cast<uint32_t>(value); };
  const auto entry = [&](const char* name, size_t i) { return static_cast<int>(a.integers(name)[i]); };
  device::ConvolutionParameters p{};
  p.n = size(x[0]);
  p.h = size(x[1]);
  p.w = size(x[2]);
  p.c = size(x[3]);
  p.kh = size(kernel[0]);
  p.kw = size(kernel[1]);
  p.depth = size(kernel[2]);
  p.f = size(kernel[3]);
  p.filters = size(kernel[3] / a.integer("groups"));
  p.oh = size(y[1]);
  p.ow = size(y[2]);
  p.stride_h = entry("strides", 0);
  p.stride_w = entry("strides", 1);
  p.dilation_h = entry("dilation", 0);
  p.dilation_w = entry("dilation", 1);
  p.top = entry("padding", 0);
  p.left = entry("padding", 2);
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
