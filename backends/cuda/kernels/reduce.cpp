// Sums and extremes along axes: one block for each output, or, for sums to float32 over all axes but the last ones (the
// gradient of a bias), a walk down many columns side by side.
#include <algorithm>

#include "backends/cuda/columns.h"
#include "backends/cuda/device/reduce_parameters.h"
#include "backends/cuda/elementwise.h"
#include "core/checked.h"

namespace dltrain::backends::cuda {

namespace {

// The axes of the input, merged where neighbours are kept or reduced alike.
struct Parts {
  std::vector<Axis> kept, reduced;
};

Parts parts_of(const Request& request) {
  const Shape& shape = request.input(0).shape;
  const std::vector<int64_t>& axes = request.node.attributes.integers("axes");
  const std::vector<int64_t> strides = strides_of(shape);
  Parts parts;
  bool last_reduced = false;
  for (size_t i = 0; i < shape.rank(); ++i) {
    if (shape[i] == 1) continue;
    const bool reduced = std::find(axes.begin(), axes.end(), static_cast<int64_t>(i)) != axes.end();
    std::vector<Axis>& own = reduced ? parts.reduced : parts.kept;
    const bool goes_on = !own.empty() && reduced == last_reduced && !(parts.kept.empty() && parts.reduced.empty());
    if (goes_on) own.back() = {own.back().size * shape[i], {strides[i]}};
    else own.push_back({shape[i], {strides[i]}});
    last_reduced = reduced;
  }
  return parts;
}

int64_t count_of(const std::vector<Axis>& axes) {
  int64_t count = 1;
  for (const Axis& axis : axes) count = checked_multiply(count, axis.size);
  return count;
}

device::Walk walk_of(const std::vector<Axis>& axes) {
  device::Walk walk{};
  walk.count = static_cast<uint32_t>(count_of(axes));
  walk.rank = static_cast<int>(axes.size());
  for (size_t i = 0; i < axes.size(); ++i) {
    walk.sizes[i] = static_cast<uint32_t>(axes[i].size);
    walk.strides[i] = static_cast<uint32_t>(axes[i].strides[0]);
  }
  return walk;
}

Support accepts(const Request& request) {
  const char* suffix = suffix_of(request.input(0).dtype);
  if (suffix == nullptr || byte_size(request.input(0).dtype) == 1)
    return {false, "there is no CUDA kernel for " + request.input(0).text()};
  const Parts parts = parts_of(request);
  if (std::max(parts.kept.size(), parts.reduced.size()) <= device::max_axes) return {};
  return {false, "its CUDA kernel walks along " + std::to_string(device::max_axes) + " axes at most"};
}

// As many threads as there are elements to share, within what a block may have.
int threads_for(int64_t elements) {
  return static_cast<int>(std::clamp<int64_t>(divide_up(elements, 32) * 32, 32, 256));
}

std::string name_of(const Request& request) {
  const DType result = request.output().dtype;
  const std::string name = with_dtype(request, request.op());
  return result == request.input(0).dtype ? name : name + "_" + suffix_of(result);
}

std::unique_ptr<Kernel> make(const Request& request) {
  const Parts parts = parts_of(request);
  device::ReduceParameters constant{};
  constant.kept = walk_of(parts.kept);
  constant.reduced = walk_of(parts.reduced);
  const Grid grid{std::min<int64_t>(constant.kept.count, INT32_MAX), threads_for(constant.reduced.count)};
  return launch_kernel<device::ReduceParameters>(request,
                                                 own_info(request, static_cast<double>(request.input(0).elements())),
                                                 {"reduce", name_of(request)}, grid, [constant](const Arguments& a) {
                                                   device::ReduceParameters p = constant;
                                                   p.x = a.inputs[0];
                                                   p.out = a.outputs[0];
                                                   return p;
                                                 });
}

// --- columns ---

Support accepts_columns(const Request& request) {
  const Parts parts = parts_of(request);
  const bool fits = has_float_kernels(request.input(0).dtype) && request.output().dtype == DType::f32 &&
                    parts.kept.size() == 1 && parts.reduced.size() == 1 && parts.kept[0].strides[0] == 1 &&
                    parts.kept[0].size >= 8 && parts.reduced[0].size >= 8;
  return fits ? Support{} : Support{false, "these are no columns"};
}

std::unique_ptr<Kernel> make_columns(const Request& request) {
  const Parts parts = parts_of(request);
  const Columns columns(request.queue, with_dtype(request, "columns_sum"), parts.reduced[0].size, parts.kept[0].size);
  KernelInfo info = own_info(request, static_cast<double>(request.input(0).elements()));
  info.implementation = "reduce:" + with_dtype(request, "columns_sum");
  info.scratch_bytes = columns.scratch_bytes();
  return make_function_kernel(std::move(info), [columns](const Arguments& a) {
    columns.run({.x = a.inputs[0], .factor = 1}, output<float>(a), a.scratch);
  });
}

// --- argmax ---

Support accepts_argmax(const Request& request) {
  const DType dtype = request.input(0).dtype;
  if (suffix_of(dtype) != nullptr && dtype != DType::boolean) return {};
  return {false, "there is no CUDA kernel for " + request.input(0).text()};
}

std::unique_ptr<Kernel> make_argmax(const Request& request) {
  const Shape& shape = request.input(0).shape;
  const auto axis = static_cast<size_t>(request.node.attributes.integer("axis"));
  device::ArgmaxParameters constant{};
  constant.outer = static_cast<uint32_t>(shape.slice(0, axis).elements());
  constant.size = static_cast<uint32_t>(shape[axis]);
  constant.inner = static_cast<uint32_t>(shape.from(axis + 1).elements());
  return launch_kernel<device::ArgmaxParameters>(
      request, own_info(request, static_cast<double>(shape.elements())), {"reduce", with_dtype(request, "argmax")},
      grid_for(request, request.output().elements()), [constant](const Arguments& a) {
        device::ArgmaxParameters p = constant;
        p.x = a.inputs[0];
        p.out = output<int32_t>(a);
        return p;
      });
}

}  // namespace

void register_reduce(KernelRegistry& registry) {
  registry.add("reduce_sum", {accepts_columns, make_columns});
  for (const char* op : {"reduce_sum", "reduce_max", "reduce_min"}) registry.add(op, {accepts, make});
  registry.add("argmax", {accepts_argmax, make_argmax});
}

}  // namespace dltrain::backends::cuda
