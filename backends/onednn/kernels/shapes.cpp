// What moves elements without changing them: transpose, slice, pad, concat, broadcast_to.
#include <algorithm>

#include "backends/onednn/kernel.h"
#include "backends/onednn/parallel.h"
#include "backends/onednn/strided_copy.h"
#include "core/array.h"
#include "core/checked.h"

namespace dltrain::backends::onednn {

namespace {

Support accepts(const Request&) { return {}; }

int64_t element_size(const Request& request) { return static_cast<int64_t>(byte_size(request.output().dtype)); }

KernelInfo copy_info(const Request& request) {
  KernelInfo info = own_info(request, 0);
  info.implementation = "own:copy";
  // Only what is taken of the input is read.
  info.bytes = 2.0 * static_cast<double>(std::min(request.output().bytes(), request.input(0).bytes()));
  return info;
}

std::unique_ptr<Kernel> make_transpose(const Request& request) {
  const std::vector<int64_t> strides = strides_of(request.input(0).shape);
  std::vector<int64_t> from;
  for (const int64_t axis : request.node.attributes.integers("permutation"))
    from.push_back(strides[static_cast<size_t>(axis)]);
  const Shape& shape = request.output().shape;
  const StridedCopy copy(request.machine, shape.sizes(), from, strides_of(shape), to_size(element_size(request)));
  return make_kernel(copy_info(request), [copy](const Arguments& a) { copy.run(a.inputs[0], 0, a.outputs[0], 0); });
}

std::unique_ptr<Kernel> make_slice(const Request& request) {
  const graph::Attributes& attributes = request.node.attributes;
  std::vector<int64_t> from = strides_of(request.input(0).shape);
  int64_t first = 0;
  for (size_t i = 0; i < from.size(); ++i) {
    first += attributes.integers("begin")[i] * from[i];
    from[i] *= attributes.integers("strides")[i];
  }
  const Shape& shape = request.output().shape;
  const StridedCopy copy(request.machine, shape.sizes(), from, strides_of(shape), to_size(element_size(request)));
  return make_kernel(copy_info(request),
                     [copy, first](const Arguments& a) { copy.run(a.inputs[0], first, a.outputs[0], 0); });
}

std::unique_ptr<Kernel> make_pad(const Request& request) {
  const graph::Attributes& attributes = request.node.attributes;
  const Shape& shape = request.input(0).shape;
  std::vector<int64_t> to = strides_of(request.output().shape);
  int64_t first = 0;
  for (size_t i = 0; i < to.size(); ++i) {
    first += attributes.integers("low")[i] * to[i];
    to[i] *= attributes.integers("interior")[i] + 1;
  }
  const StridedCopy copy(request.machine, shape.sizes(), strides_of(shape), to, to_size(element_size(request)));
  Array element(request.output().dtype, {});
  set_element(element, 0, attributes.real("value"));
  KernelInfo info = copy_info(request);
  info.bytes = static_cast<double>(request.input(0).bytes() + request.output().bytes());
  const int64_t count = request.output().elements();
  const int parts = parts_for(request.machine, static_cast<double>(count), count);
  return make_kernel(std::move(info), [copy, first, element = element.bytes, count, parts](const Arguments& a) {
    in_parallel(parts, [&](int part) {
      const Range own = part_of(count, parts, part, 64);
      repeat(element, output<std::byte>(a) + own.begin * static_cast<int64_t>(element.size()), own.end - own.begin);
    });
    copy.run(a.inputs[0], 0, a.outputs[0], first);
  });
}

std::unique_ptr<Kernel> make_concat(const Request& request) {
  const Shape& shape = request.output().shape;
  const auto axis = static_cast<size_t>(normalized_axis(request.node.attributes.integer("axis"), shape.rank()));
  const std::vector<int64_t> to = strides_of(shape);
  std::vector<StridedCopy> copies;
  std::vector<int64_t> offsets;
  int64_t offset = 0;
  for (size_t i = 0; i < request.node.inputs.size(); ++i) {
    const Shape& part = request.input(i).shape;
    copies.emplace_back(request.machine, part.sizes(), strides_of(part), to, to_size(element_size(request)));
    offsets.push_back(offset);
    offset += part[axis] * to[axis];
  }
  KernelInfo info = copy_info(request);
  info.bytes = 2.0 * static_cast<double>(request.output().bytes());
  return make_kernel(std::move(info), [copies, offsets](const Arguments& a) {
    for (size_t i = 0; i < copies.size(); ++i) copies[i].run(a.inputs[i], 0, a.outputs[0], offsets[i]);
  });
}

std::unique_ptr<Kernel> make_broadcast(const Request& request) {
  const Shape& shape = request.output().shape;
  const Shape& given = request.input(0).shape;
  std::vector<int64_t> from(shape.rank(), 0);
  const std::vector<int64_t> strides = strides_of(given);
  for (size_t i = 0; i < given.rank(); ++i) {
    const size_t axis = shape.rank() - given.rank() + i;
    from[axis] = given[i] == 1 ? 0 : strides[i];
  }
  const StridedCopy copy(request.machine, shape.sizes(), from, strides_of(shape), to_size(element_size(request)));
  KernelInfo info = copy_info(request);
  info.bytes = static_cast<double>(request.input(0).bytes() + request.output().bytes());
  return make_kernel(std::move(info), [copy](const Arguments& a) { copy.run(a.inputs[0], 0, a.outputs[0], 0); });
}

}  // namespace

void register_shapes(KernelRegistry& registry) {
  registry.add("transpose", {accepts, make_transpose});
  registry.add("slice", {accepts, make_slice});
  registry.add("pad", {accepts, make_pad});
  registry.add("concat", {accepts, make_concat});
  registry.add("broadcast_to", {accepts, make_broadcast});
}

}  // namespace dltrain::backends::onednn
