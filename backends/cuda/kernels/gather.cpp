// Rows by index, rounded as they are read where the result is narrow, and updates added up by index in one order.
#include <algorithm>

#include "backends/cuda/casts.h"
#include "backends/cuda/device/gather_parameters.h"
#include "core/checked.h"

namespace dltrain::backends::cuda {

namespace {

Support accepts_indices(const graph::ValueType& indices) {
  if (indices.dtype == DType::i32 || indices.dtype == DType::i64 || indices.dtype == DType::u8) return {};
  return {false, "its CUDA kernel reads indices of type int32, int64 or uint8 (were " + indices.text() + ")"};
}

Support accepts_gather(const Request& request) { return accepts_indices(request.input(1)); }

Support accepts_scatter(const Request& request) {
  const DType dtype = request.input(1).dtype;
  if (has_float_kernels(dtype) || dtype == DType::i32 || dtype == DType::i64) return accepts_indices(request.input(0));
  return {false, "there is no CUDA kernel for " + request.output().text()};
}

uint32_t size(int64_t value) { return static_cast<uint32_t>(value); }

std::string gather_name(const Request& request) {
  const DType table = request.input(0).dtype;
  const DType rows = request.output().dtype;
  const std::string kind =
      table == rows ? std::to_string(byte_size(rows)) : std::string(suffix_of(table)) + "_" + suffix_of(rows);
  return "gather_" + kind + "_" + suffix_of(request.input(1).dtype);
}

std::unique_ptr<Kernel> make_gather(const Request& request) {
  const Shape& table = request.input(0).shape;
  const device::GatherParameters constant{
      nullptr, nullptr, nullptr, size(table[0]), size(table.from(1).elements()), size(request.input(1).elements())};
  KernelInfo info = own_info(request, 0);
  info.bytes = 2 * static_cast<double>(request.output().bytes()) + static_cast<double>(request.input(1).bytes());
  return launch_kernel<device::GatherParameters>(request, std::move(info), {"gather", gather_name(request)},
                                                 grid_for(request, request.output().elements()),
                                                 [constant](const Arguments& a) {
                                                   device::GatherParameters p = constant;
                                                   p.table = a.inputs[0];
                                                   p.indices = a.inputs[1];
                                                   p.out = a.outputs[0];
                                                   return p;
                                                 });
}

// Narrow updates are added up in float32; where the result is narrow as well, in scratch memory.
std::unique_ptr<Kernel> make_scatter(const Request& request) {
  const Shape& table = request.output().shape;
  const device::ScatterParameters constant{
      nullptr, nullptr, nullptr, size(table[0]), size(table.from(1).elements()), size(request.input(0).elements())};
  const DType updates = request.input(1).dtype;
  const bool rounds = updates != DType::f32 && is_float(updates) && request.output().dtype == updates;
  const KernelName name = {"gather",
                           std::string("scatter_add_") + suffix_of(updates) + "_" + suffix_of(request.input(0).dtype)};
  KernelInfo info = own_info(request, static_cast<double>(request.input(1).elements()));
  info.implementation = std::string(name.file) + ":" + name.name;
  std::function<void(const void*, void*)> round;
  if (rounds) {
    info.scratch_bytes = checked_multiply(table.elements(), sizeof(float));
    round = caster(request, DType::f32, updates, table.elements());
  }
  Queue* queue = &request.queue;
  return make_function_kernel(std::move(info), [=, kernel = queue->kernel(name), rows = table[0]](const Arguments& a) {
    device::ScatterParameters p = constant;
    p.indices = a.inputs[0];
    p.updates = a.inputs[1];
    p.out = rounds ? a.scratch : a.outputs[0];
    queue->launch(kernel, {rows, 256}, &p);
    if (rounds) round(a.scratch, a.outputs[0]);
  });
}

}  // namespace

void register_gather(KernelRegistry& registry) {
  registry.add("gather", {accepts_gather, make_gather});
  registry.add("scatter_add", {accepts_scatter, make_scatter});
}

}  // namespace dltrain::backends::cuda
