// full, constant, iota: their bytes are made once, when the kernel is compiled, and copied in each run.
#include <cstring>

#include "backends/onednn/kernel.h"
#include "backends/onednn/strided_copy.h"
#include "core/array.h"
#include "core/checked.h"
#include "graph/op.h"

namespace dltrain::backends::onednn {

namespace {

Support accepts(const Request&) { return {}; }

Array value_of(const Request& request) {
  const graph::Attributes& attributes = request.node.attributes;
  Array value(request.output().dtype, request.output().shape);
  if (request.op() == "constant") {
    const auto& numbers = attributes.get<std::vector<double>>("values");
    for (size_t i = 0; i < numbers.size(); ++i) set_element(value, static_cast<int64_t>(i), numbers[i]);
    return value;
  }
  const auto axis = to_size(attributes.integer("axis"));
  const int64_t stride = strides_of(value.shape)[axis];
  for (int64_t i = 0; i < value.elements(); ++i)
    set_element(value, i, static_cast<double>(i / stride % value.shape[axis]));
  return value;
}

KernelInfo info_of(const Request& request) {
  KernelInfo info = own_info(request, 0);
  info.implementation = "own:copy";
  return info;
}

std::unique_ptr<Kernel> make(const Request& request) {
  return make_kernel(info_of(request), [value = value_of(request)](const Arguments& a) {
    std::memcpy(a.outputs[0], value.bytes.data(), value.bytes.size());
  });
}

std::unique_ptr<Kernel> make_full(const Request& request) {
  Array element(request.output().dtype, {});
  set_element(element, 0, request.node.attributes.real("value"));
  const int64_t count = request.output().elements();
  return make_kernel(info_of(request),
                     [element, count](const Arguments& a) { repeat(element.bytes, a.outputs[0], count); });
}

}  // namespace

void register_constant(KernelRegistry& registry) {
  registry.add("full", {accepts, make_full});
  registry.add("constant", {accepts, make});
  registry.add("iota", {accepts, make});
}

}  // namespace dltrain::backends::onednn
