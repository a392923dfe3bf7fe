#include "backends/onednn/recurrent_sequence.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "backends/onednn/dtypes.h"
#include "graph/recurrent.h"

namespace dltrain::backends::onednn {

Inflow::Inflow(const graph::Node& node) {
  int next = 4;
  if (node.attributes.get<bool>("masked")) mask_ = next++;
  for (const int64_t output : node.attributes.integers("flows")) (output == 0 ? y_ : last_) = next++;
}

void RecurrentSequence::settle(const Request& request, const Shape& input, int64_t gates, bool backward) {
  steps_ = input[0];
  samples_ = input[1];
  gates_ = gates;
  units_ = input[2] / gates;
  backwards_ = request.node.attributes.get<bool>("backwards");
  const double products = 2.0 * static_cast<double>(steps_ * samples_) * static_cast<double>(input[2] * units_);
  begin(request, backward ? 2 * products : products);
  const auto useful = static_cast<int64_t>(std::max(1.0, products / 4e6));
  parts_.resize(to_size(std::min({samples_, useful, int64_t{request.machine.threads}})));
  for (size_t p = 0; p < parts_.size(); ++p) {
    parts_[p] = {static_cast<int64_t>(p), part_of(samples_, static_cast<int>(parts_.size()), static_cast<int>(p))};
  }
}

int64_t RecurrentSequence::time(int64_t s) const { return graph::step_number(s, steps_, backwards_); }

StepRows RecurrentSequence::rows_of(const Part& part, const void* mask, int64_t t) const {
  const bool* all = static_cast<const bool*>(mask);
  return {part.count(), units_, all == nullptr ? nullptr : all + t * samples_ + part.rows.begin};
}

RecurrentSequence::Kept RecurrentSequence::keep(const Request& request, int output) {
  if (request.output_used[to_size(output)]) return {-1, output};
  return {reserve(to_size(request.output(to_size(output)).bytes())), output};
}

void* RecurrentSequence::of(const Arguments& a, const Kept& kept) {
  return kept.scratch < 0 ? a.outputs[to_size(kept.output)] : scratch(a, kept.scratch);
}

void RecurrentSequence::make_kernel_gradient(const Request& request, DType dtype) {
  if (!request.output_used[1]) return;
  gradient_bytes_ = request.output(1).bytes();
  if (steps_ == 1) return;
  use_threads(request.machine.threads);
  state_bytes_ = static_cast<int64_t>(byte_size(dtype));
  const int64_t width = gates_ * units_;
  const int64_t rows = (steps_ - 1) * samples_;
  if (dtype == DType::f32 && TransposedProduct::pays(request.machine, rows, units_, width)) {
    tall_product_ = TransposedProduct(request.machine, rows, units_, width);
    gradient_scratchpad_ = reserve(to_size(tall_product_->scratch_bytes()));
    return;
  }
  using dnnl::memory;
  const memory::desc states({units_, rows}, data_type_of(dtype), memory::dims{1, units_});
  const memory::desc flows = plain_desc({rows, width}, dtype);
  const memory::desc to = plain_desc({units_, width}, request.output(1).dtype);
  const dnnl::matmul::primitive_desc desc(engine(), states, flows, to, user_scratchpad());
  kernel_gradient_ = Primitive(dnnl::matmul(desc), {{DNNL_ARG_SRC, states},
                                                    {DNNL_ARG_WEIGHTS, flows},
                                                    {DNNL_ARG_DST, to},
                                                    {DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc()}});
  gradient_scratchpad_ = reserve(desc.scratchpad_desc().get_size());
}

void RecurrentSequence::multiply_kernel_gradient(const Arguments& a, void* y, void* flows) {
  if (a.outputs[1] == nullptr) return;
  if (steps_ == 1) {
    std::memset(a.outputs[1], 0, to_size(gradient_bytes_));
    return;
  }
  const auto behind_first = [&](void* sequence, int64_t width) {
    return static_cast<std::byte*>(sequence) + samples_ * width * state_bytes_;
  };
  void* const states = backwards_ ? behind_first(y, units_) : y;
  void* const behind = backwards_ ? flows : behind_first(flows, gates_ * units_);
  void* const memory = scratch(a, gradient_scratchpad_);
  if (tall_product_) {
    tall_product_->run(static_cast<float*>(states), static_cast<float*>(behind), static_cast<float*>(a.outputs[1]),
                       memory);
    return;
  }
  kernel_gradient_.run(std::array<void*, 4>{states, behind, a.outputs[1], memory});
}

void RecurrentSequence::make_bias_gradient(const Request& request) {
  bias_dtype_ = request.output(2).dtype;
  bias_sums_ = reserve(parts_.size() * to_size(gates_ * units_) * sizeof(double));
}

double* RecurrentSequence::bias_sums(const Arguments& a, const Part& part) const {
  return static_cast<double*>(scratch(a, bias_sums_)) + part.number * gates_ * units_;
}

void RecurrentSequence::store_bias_gradient(const Arguments& a) {
  if (a.outputs[2] == nullptr) return;
  for (int64_t i = 0; i < gates_ * units_; ++i) {
    double sum = 0;
    for (const Part& part : parts_) sum += bias_sums(a, part)[i];
    visit_real(bias_dtype_,
               [&]<class T>(T*) { static_cast<T*>(a.outputs[2])[i] = rounded<T>(static_cast<float>(sum)); });
  }
}

namespace {

Support only_first_gradients(const Request& request) {
  for (const int64_t output : request.node.attributes.integers("flows")) {
    if (output > 1) return {false, "it computes no gradients of gradients"};
  }
  return {};
}

Support only_bfloat16(const graph::ValueType& type) {
  if (type.dtype == DType::bf16) return {};
  return {false, "it computes in bfloat16 (was " + type.text() + ")"};
}

}  // namespace

Support computes_float32(const Request& request) { return only_float32(request, request.op() == "gru" ? 3 : 2); }
Support computes_bfloat16(const Request& request) { return only_bfloat16(request.input(0)); }

Support computes_float32_gradient(const Request& request) {
  const Support first = only_first_gradients(request);
  return first.yes ? only_float32(request, 4) : first;
}

Support computes_bfloat16_gradient(const Request& request) {
  const Support first = only_first_gradients(request);
  return first.yes ? only_bfloat16(request.input(1)) : first;
}

}  // namespace dltrain::backends::onednn
