#include "backends/onednn/primitive.h"

#include <omp.h>

#include <algorithm>

#include "backends/onednn/denormals.h"
#include "backends/onednn/kernel.h"
#include "core/checked.h"
#include "core/diagnostic.h"
#include "graph/memory_plan.h"

namespace dltrain::backends::onednn {

const dnnl::engine& engine() {
  static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
  return cpu;
}

namespace {

const dnnl::stream& stream() {
  static thread_local const dnnl::stream own(engine());
  return own;
}

}  // namespace

dnnl::primitive_attr user_scratchpad() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

void use_threads(int threads) {
  if (omp_get_max_threads() != threads) omp_set_num_threads(threads);
}

Primitive::Primitive(const dnnl::primitive& primitive, const std::vector<Argument>& arguments) : primitive_(primitive) {
  for (const Argument& argument : arguments) {
    memory_.emplace_back(argument.desc, engine(), nullptr);
    arguments_.push_back({argument.name, memory_.back().get()});
  }
  bound_.assign(arguments.size(), nullptr);
}

void Primitive::run(std::span<void* const> addresses) {
  for (size_t i = 0; i < addresses.size(); ++i) {
    if (bound_[i] == addresses[i]) continue;
    memory_[i].set_data_handle(addresses[i]);
    bound_[i] = addresses[i];
  }
  const dnnl_status_t status =
      dnnl_primitive_execute(primitive_.get(), stream().get(), static_cast<int>(arguments_.size()), arguments_.data());
  if (status != dnnl_success) throw Bug("a primitive of oneDNN fails with status " + std::to_string(status));
}

Primitive make_reorder(const dnnl::memory::desc& from, const dnnl::memory::desc& to) {
  if (from == to) return {};
  const dnnl::reorder::primitive_desc desc(engine(), from, engine(), to);
  return {dnnl::reorder(desc), {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}}};
}

std::string layout_text(const dnnl::memory::desc& from, const dnnl::memory::desc& to) {
  std::string text;
  for (const dnnl::memory::desc& desc : {from, to}) {
    if (desc.get_format_kind() != dnnl::memory::format_kind::blocked) return {};
    text += "type " + std::to_string(static_cast<int>(desc.get_data_type()));
    for (const dnnl::memory::dims& numbers :
         {desc.get_dims(), desc.get_padded_dims(), desc.get_strides(), desc.get_inner_blks(), desc.get_inner_idxs()}) {
      text += " " + Shape(numbers).text();
    }
    text += "\n";
  }
  return text;
}

dnnl::memory::data_type data_type_of(DType dtype) {
  if (dtype == DType::f32) return dnnl::memory::data_type::f32;
  if (dtype == DType::bf16) return dnnl::memory::data_type::bf16;
  throw Bug("the library is given numbers that it does not compute with");
}

dnnl::memory::desc plain_desc(const Shape& shape, DType dtype) {
  return {shape.sizes(), data_type_of(dtype), strides_of(shape)};
}

namespace {

// A product that one thread does in about 5 microseconds; calling others would take as long.
constexpr double flops_per_thread = 1e6;

}  // namespace

int use_threads_for(const Request& request, double flops) {
  const auto threads =
      static_cast<int>(std::clamp(flops / flops_per_thread, 1.0, static_cast<double>(request.machine.threads)));
  use_threads(threads);
  return threads;
}

void LibraryKernel::begin(const Request& request, double flops) {
  info_ = own_info(request, flops);
  for (const graph::Value value : request.node.inputs)
    info_.narrow_products = info_.narrow_products || request.graph.type(value).dtype == DType::bf16;
  threads_ = use_threads_for(request, flops);
}

void LibraryKernel::run(const Arguments& arguments) {
  const FlushDenormals guard;
  use_threads(threads_);
  execute(arguments);
}

void LibraryKernel::pack(const Arguments& arguments) {
  use_threads(threads_);
  fill_packed(arguments);
}

int64_t LibraryKernel::reserve(size_t bytes) {
  const int64_t offset = info_.scratch_bytes;
  info_.scratch_bytes += divide_up(static_cast<int64_t>(bytes), graph::alignment) * graph::alignment;
  return offset;
}

}  // namespace dltrain::backends::onednn
