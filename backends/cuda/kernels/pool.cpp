// Pooling over windows of images, forward and backward, computed in float32.
#include "backends/cuda/device/pool_parameters.h"
#include "backends/cuda/kernel.h"
#include "backends/cuda/windows.h"

namespace dltrain::backends::cuda {

namespace {

device::PoolParameters parameters_of(const Request& request, const Shape& x, const Shape& y) {
  device::PoolParameters p{};
  set_windows(p, request.node.attributes, x, y);
  p.size_h = static_cast<int>(request.node.attributes.integers("size")[0]);
  p.size_w = static_cast<int>(request.node.attributes.integers("size")[1]);
  return p;
}

double cells_of(const Request& request) {
  const std::vector<int64_t>& size = request.node.attributes.integers("size");
  return static_cast<double>(size[0] * size[1]);
}

std::unique_ptr<Kernel> make(const Request& request) {
  const device::PoolParameters constant = parameters_of(request, request.input(0).shape, request.output().shape);
  const bool finds_places = request.op() == "max_pool2d";
  const std::string own = with_dtype(request, request.op());
  const std::string name = finds_places ? own + "_" + suffix_of(request.output(1).dtype) : own;
  const int64_t count = request.output().elements();
  return launch_kernel<device::PoolParameters>(request,
                                               own_info(request, static_cast<double>(count) * cells_of(request)),
                                               {"pool", name}, grid_for(request, count), [=](const Arguments& a) {
                                                 device::PoolParameters p = constant;
                                                 p.in = a.inputs[0];
                                                 p.out = a.outputs[0];
                                                 p.found = finds_places ? a.outputs[1] : nullptr;
                                                 return p;
                                               });
}

std::unique_ptr<Kernel> make_gradient(const Request& request) {
  const device::PoolParameters constant = parameters_of(request, request.output().shape, request.input(0).shape);
  const bool has_places = request.op() == "max_pool2d_grad";
  const std::string own = with_dtype(request, request.op());
  const std::string name = has_places ? own + "_" + suffix_of(request.input(1).dtype) : own;
  const int64_t count = request.output().elements();
  return launch_kernel<device::PoolParameters>(
      request, own_info(request, static_cast<double>(request.input(0).elements()) * cells_of(request)), {"pool", name},
      grid_for(request, count), [=](const Arguments& a) {
        device::PoolParameters p = constant;
        p.in = a.inputs[0];
        p.places = has_places ? a.inputs[1] : nullptr;
        p.out = a.outputs[0];
        return p;
      });
}

}  // namespace

void register_pool(KernelRegistry& registry) {
  for (const char* op : {"max_pool2d", "average_pool2d"}) registry.add(op, {accepts_floats, make});
  for (const char* op : {"max_pool2d_grad", "average_pool2d_grad"}) registry.add(op, {accepts_floats, make_gradient});
}

}  // namespace dltrain::backends::cuda
