// Pooling over windows of images, forward and backward, in float32.
#include "backends/cuda/device/pool_parameters.h"
#include "backends/cuda/kernel.h"

namespace dltrain::backends::cuda {

namespace {

Support accepts(const Request& request) {
  if (request.input(0).dtype == DType::f32) return {};
  return {false, "its CUDA kernel computes in float32 (was " + request.input(0).text() + ")"};
}

device::PoolParameters parameters_of(const Request& request, const Shape& x, const Shape& y) {
  const graph::Attributes& a = request.node.attributes;
  const auto size = [](int64_t value) { return static_cast<uint32_t>(value); };
  const auto entry = [&](const char* name, size_t i) { return static_cast<int>(a.integers(name)[i]); };
  device::PoolParameters p{};
  p.n = size(x[0]);
  p.h = size(x[1]);
  p.w = size(x[2]);
  p.c = size(x[3]);
  p.oh = size(y[1]);
  p.ow = size(y[2]);
  p.size_h = entry("size", 0);
  p.size_w = entry("size", 1);
  p.stride_h = entry("strides", 0);
  p.stride_w = entry("strides", 1);
  p.top = entry("padding", 0);
  p.left = entry("padding", 2);
  return p;
}

double cells_of(const Request& request) {
  const std::vector<int64_t>& size = request.node.attributes.integers("size");
  return static_cast<double>(size[0] * size[1]);
}

std::unique_ptr<Kernel> make(const Request& request) {
  const device::PoolParameters constant = parameters_of(request, request.input(0).shape, request.output().shape);
  const bool finds_places = request.op() == "max_pool2d";
  const std::string name = finds_places ? request.op() + "_" + suffix_of(request.output(1).dtype) : request.op();
  const int64_t count = request.output().elements();
  return launch_kernel<device::PoolParameters>(request,
                                               own_info(request, static_cast<double>(count) * cells_of(request)),
                                               {"pool", name}, grid_for(request, count), [=](const Arguments& a) {
                                                 device::PoolParameters p = constant;
                                                 p.in = input<float>(a, 0);
                                                 p.out = output<float>(a);
                                                 p.found = finds_places ? a.outputs[1] : nullptr;
                                                 return p;
                                               });
}

std::unique_ptr<Kernel> make_gradient(const Request& request) {
  const device::PoolParameters constant = parameters_of(request, request.output().shape, request.input(0).shape);
  const bool has_places = request.op() == "max_pool2d_grad";
  const std::string name = has_places ? request.op() + "_" + suffix_of(request.input(1).dtype) : request.op();
  const int64_t count = request.output().elements();
  return launch_kernel<device::PoolParameters>(
      request, own_info(request, static_cast<double>(request.input(0).elements()) * cells_of(request)), {"pool", name},
      grid_for(request, count), [=](const Arguments& a) {
        device::PoolParameters p = constant;
        p.in = input<float>(a, 0);
        p.places = has_places ? a.inputs[1] : nullptr;
        p.out = output<float>(a);
        return p;
      });
}

}  // namespace

void register_pool(KernelRegistry& registry) {
  for (const char* op : {"max_pool2d", "average_pool2d"}) registry.add(op, {accepts, make});
  for (const char* op : {"max_pool2d_grad", "average_pool2d_grad"}) registry.add(op, {accepts, make_gradient});
}

}  // namespace dltrain::backends::cuda
