// Rows by index, and updates added up by index in one order.
#include <algorithm>

#include "backends/cuda/device/gather_parameters.h"
#include "backends/cuda/kernel.h"

namespace dltrain::backends::cuda {

namespace {

Support accepts_indices(const graph::ValueType& indices) {
  if (indices.dtype == DType::i32 || indices.dtype == DType::i64 || indices.dtype == DType::u8) return {};
  return {false, "its CUDA kernel reads indices of type int32, int64 or uint8 (were " + indices.text() + ")"};
}

Support accepts_gather(const Request& request) {
  if (byte_size(request.output().dtype) != 2) return accepts_indices(request.input(1));
  return {false, "there is no CUDA kernel for " + request.output().text()};
}

Support accepts_scatter(const Request& request) {
  const DType dtype = request.output().dtype;
  if (dtype == DType::f32 || dtype == DType::i32 || dtype == DType::i64) return accepts_indices(request.input(0));
  return {false, "there is no CUDA kernel for " + request.output().text()};
}

uint32_t size(int64_t value) { return static_cast<uint32_t>(value); }

std::unique_ptr<Kernel> make_gather(const Request& request) {
  const Shape& table = request.input(0).shape;
  const device::GatherParameters constant{
      nullptr, nullptr, nullptr, size(table[0]), size(table.from(1).elements()), size(request.input(1).elements())};
  const std::string name =
      "gather_" + std::to_string(byte_size(request.output().dtype)) + "_" + suffix_of(request.input(1).dtype);
  KernelInfo info = own_info(request, 0);
  info.bytes = 2 * static_cast<double>(request.output().bytes()) + static_cast<double>(request.input(1).bytes());
  return launch_kernel<device::GatherParameters>(request, std::move(info), {"gather", name},
                                                 grid_for(request, request.output().elements()),
                                                 [constant](const Arguments& a) {
                                                   device::GatherParameters p = constant;
                                                   p.table = a.inputs[0];
                                                   p.indices = a.inputs[1];
                                                   p.out = a.outputs[0];
                                                   return p;
                                                 });
}

std::unique_ptr<Kernel> make_scatter(const Request& request) {
  const Shape& table = request.output().shape;
  const device::ScatterParameters constant{
      nullptr, nullptr, nullptr, size(table[0]), size(table.from(1).elements()), size(request.input(0).elements())};
  const std::string name =
      std::string("scatter_add_") + suffix_of(request.output().dtype) + "_" + suffix_of(request.input(0).dtype);
  return launch_kernel<device::ScatterParameters>(
      request, own_info(request, static_cast<double>(request.input(1).elements())), {"gather", name},
      Grid{table[0], 256}, [constant](const Arguments& a) {
        device::ScatterParameters p = constant;
        p.indices = a.inputs[0];
        p.updates = a.inputs[1];
        p.out = a.outputs[0];
        return p;
      });
}

}  // namespace

void register_gather(KernelRegistry& registry) {
  registry.add("gather", {accepts_gather, make_gather});
  registry.add("scatter_add", {accepts_scatter, make_scatter});
}

}  // namespace dltrain::backends::cuda
