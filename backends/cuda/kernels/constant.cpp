// Values made from nothing: one number everywhere, listed numbers, counting.
#include <cstring>

#include "backends/cuda/device/shapes_parameters.h"
#include "backends/cuda/shapes.h"
#include "core/array.h"

namespace dltrain::backends::cuda {

std::function<void(void* to)> filler(const Request& request, double value) {
  Array one(request.output().dtype, {});
  set_element(one, 0, value);
  device::FillParameters constant{};
  constant.count = static_cast<uint32_t>(request.output().elements());
  std::memcpy(&constant.bits, one.bytes.data(), one.bytes.size());
  Queue* queue = &request.queue;
  CUkernel kernel = queue->kernel({"shapes", "fill_" + std::to_string(one.bytes.size())});
  const Grid grid = grid_for(request, request.output().elements());
  return [=](void* to) {
    device::FillParameters p = constant;
    p.to = to;
    queue->launch(kernel, grid, &p);
  };
}

namespace {

Support accepts(const Request&) { return {}; }

std::unique_ptr<Kernel> make_full(const Request& request) {
  const auto fill = filler(request, request.node.attributes.real("value"));
  KernelInfo info = own_info(request, 0);
  info.implementation = "shapes:fill";
  return make_function_kernel(std::move(info), [fill](const Arguments& a) { fill(a.outputs[0]); });
}

// Listed numbers, on the device for as long as the kernel is there.
class ConstantKernel final : public Kernel {
 public:
  ConstantKernel(const Request& request, const Array& values) : queue_(request.queue) {
    info_ = own_info(request, 0);
    info_.implementation = "copy";
    bytes_ = static_cast<int64_t>(values.bytes.size());
    memory_ = queue_.allocate(bytes_);
    queue_.to_device(memory_, values.bytes.data(), bytes_);
  }
  ~ConstantKernel() override { queue_.release(memory_); }
  ConstantKernel(const ConstantKernel&) = delete;
  ConstantKernel& operator=(const ConstantKernel&) = delete;
  void run(const Arguments& arguments) override { queue_.copy(arguments.outputs[0], memory_, bytes_); }

 private:
  Queue& queue_;
  void* memory_ = nullptr;
  int64_t bytes_ = 0;
};

std::unique_ptr<Kernel> make_constant(const Request& request) {
  Array values(request.output().dtype, request.output().shape);
  const auto& numbers = request.node.attributes.get<std::vector<double>>("values");
  for (size_t i = 0; i < numbers.size(); ++i) set_element(values, static_cast<int64_t>(i), numbers[i]);
  return std::make_unique<ConstantKernel>(request, values);
}

Support accepts_iota(const Request& request) {
  const DType dtype = request.output().dtype;
  if (suffix_of(dtype) != nullptr && dtype != DType::boolean) return {};
  return {false, "there is no CUDA kernel for " + request.output().text()};
}

std::unique_ptr<Kernel> make_iota(const Request& request) {
  const Shape& shape = request.output().shape;
  const auto axis = static_cast<size_t>(request.node.attributes.integer("axis"));
  const device::IotaParameters constant{.to = nullptr,
                                        .count = static_cast<uint32_t>(shape.elements()),
                                        .step = static_cast<uint32_t>(strides_of(shape)[axis]),
                                        .size = static_cast<uint32_t>(shape[axis])};
  return launch_kernel<device::IotaParameters>(request, own_info(request, 0),
                                               {"shapes", std::string("iota_") + suffix_of(request.output().dtype)},
                                               grid_for(request, shape.elements()), [constant](const Arguments& a) {
                                                 device::IotaParameters p = constant;
                                                 p.to = a.outputs[0];
                                                 return p;
                                               });
}

}  // namespace

void register_constant(KernelRegistry& registry) {
  registry.add("full", {accepts, make_full});
  registry.add("constant", {accepts, make_constant});
  registry.add("iota", {accepts_iota, make_iota});
}

}  // namespace dltrain::backends::cuda
