#include "backends/cuda/recurrent_steps.h"

#include <algorithm>
#include <bit>

#include "backends/cuda/device/recurrent_parameters.h"
#include "backends/cuda/shapes.h"
#include "core/checked.h"
#include "graph/memory_plan.h"

namespace dltrain::backends::cuda {

void* RecurrentSizes::at(void* sequence, int64_t s, int64_t width) const {
  return sequence == nullptr ? nullptr : static_cast<std::byte*>(sequence) + bytes(step(s) * width);
}

RecurrentSizes sizes_of(const Request& request, size_t input, int64_t gates) {
  const graph::ValueType& x = request.input(input);
  return {.steps = x.shape[0],
          .samples = x.shape[1],
          .units = x.shape[2] / gates,
          .gates = gates,
          .backwards = request.node.attributes.get<bool>("backwards"),
          .dtype = x.dtype};
}

namespace {

Product product_of(DType dtype, DType result, const StepProduct::Shape& shape, int64_t starts) {
  Product product{.dtype = dtype, .result = result, .m = shape.m, .n = shape.n, .k = shape.k};
  product.transpose_x = shape.transpose_x;
  product.transpose_y = shape.transpose_y;
  product.alignment = starts == 0
                          ? graph::alignment
                          : std::min<int64_t>(graph::alignment, int64_t{1} << std::countr_zero(to_size(starts)));
  return product;
}

StepProduct::Shape forward_shape(const RecurrentSizes& s) { return {s.samples, s.gates * s.units, s.units}; }
StepProduct::Shape back_shape(const RecurrentSizes& s) { return {s.samples, s.units, s.gates * s.units, false, true}; }
StepProduct::Shape gradient_shape(const RecurrentSizes& s) {
  return {s.units, s.gates * s.units, (s.steps - 1) * s.samples, true, false};
}

}  // namespace

StepProduct::StepProduct(const Request& request, DType dtype, DType result, const Shape& shape, int64_t starts)
    : products_(request.libraries.products()) {
  std::string reason;
  choice_ = products_.choose(product_of(dtype, result, shape, starts), reason);
}

int64_t StepProduct::scratch_bytes() const { return Products::scratch_bytes(*choice_); }

void StepProduct::run(const void* x, const void* y, void* z, void* scratch) const {
  products_.run(*choice_, x, y, nullptr, z, scratch);
}

Support has_products(const Request& request, const RecurrentSizes& s, DType kernel, bool gradient) {
  const int64_t state = s.bytes(s.states()), row = s.bytes(s.rows());
  std::vector<Product> needed;
  if (!gradient) needed.push_back(product_of(s.dtype, DType::f32, forward_shape(s), state));
  if (gradient) {
    needed.push_back(product_of(s.dtype, DType::f32, back_shape(s), row));
    if (s.steps > 1) needed.push_back(product_of(s.dtype, kernel, gradient_shape(s), state));
  }
  std::string reason;
  for (const Product& product : needed) {
    if (request.libraries.products().choose(product, reason) == nullptr) return {false, reason};
  }
  return {};
}

WholeSequence::WholeSequence(const Request& request, const RecurrentSizes& s, const std::string& op) {
  constexpr int64_t most_kernel_bytes = int64_t{512} << 10;
  constexpr int64_t most_rows = 4;
  const int64_t width = s.gates * s.units;
  const int64_t processors = std::max(request.queue.gpu().facts().processors, 1);
  if (width > device::most_sequence_threads || s.units > device::most_sequence_units ||
      s.bytes(width * s.units) > most_kernel_bytes || s.samples > most_rows * processors)
    return;
  const int64_t rows = s.samples <= processors ? 1 : most_rows;
  grid = {divide_up(s.samples, rows), static_cast<int>(divide_up(width, 32) * 32)};
  const std::string own = op + "_" + std::to_string(rows) + "_" + suffix_of(s.dtype);
  name = "recurrent:" + own;
  kernel = request.queue.kernel({"recurrent_sequence", own});
}

RecurrentKernel::RecurrentKernel(const Request& request, size_t input, DType dtype, bool transposed,
                                 ScratchLayout& scratch)
    : input_(input) {
  const graph::ValueType& type = request.input(input);
  if (type.dtype == dtype && !transposed) return;
  const int64_t rows = type.shape[0], columns = type.shape[1];
  place_ = scratch.add(type.elements() * static_cast<int64_t>(byte_size(dtype)));
  const Move turned = {{columns, rows}, {1, columns}, {rows, 1}};
  bring_ = transposed ? mover(request, turned, type.dtype, dtype) : caster(request, type.dtype, dtype, type.elements());
}

const void* RecurrentKernel::prepare(const Arguments& a) const {
  if (place_ < 0) return a.inputs[input_];
  void* const place = in_scratch(a, place_);
  bring_(a.inputs[input_], place);
  return place;
}

KernelGradient::KernelGradient(const Request& request, const RecurrentSizes& sizes, DType kernel)
    : queue_(&request.queue),
      sizes_(sizes),
      bytes_(sizes.units * sizes.units * sizes.gates * static_cast<int64_t>(byte_size(kernel))) {
  if (sizes.steps > 1)
    product_.emplace_back(request, sizes.dtype, kernel, gradient_shape(sizes), sizes.bytes(sizes.states()));
}

void KernelGradient::run(void* y, void* flows, void* out, void* library) const {
  if (out == nullptr) return;
  if (product_.empty()) return queue_->zero(out, bytes_);
  auto* const states = static_cast<std::byte*>(y) + (sizes_.backwards ? sizes_.bytes(sizes_.states()) : 0);
  auto* const behind = static_cast<std::byte*>(flows) + (sizes_.backwards ? 0 : sizes_.bytes(sizes_.rows()));
  product_[0].run(states, behind, out, library);
}

Inflow::Inflow(const Request& request) {
  int at = 4;
  if (request.node.attributes.get<bool>("masked")) mask_ = at++;
  for (const int64_t output : request.node.attributes.integers("flows")) flows_[output] = at++;
}

const uint8_t* Inflow::mask(const Arguments& a) const {
  return mask_ < 0 ? nullptr : input<uint8_t>(a, static_cast<size_t>(mask_));
}

void* Inflow::flow(const Arguments& a, size_t output) const {
  return flows_[output] < 0 ? nullptr : a.inputs[static_cast<size_t>(flows_[output])];
}

}  // namespace dltrain::backends::cuda
