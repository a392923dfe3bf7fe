#include "backends/onednn/narrow_sequence.h"

#include <array>
#include <string>

namespace dltrain::backends::onednn {

namespace {

using dnnl::memory;

memory::desc matrix(DType dtype, int64_t rows, int64_t columns, int64_t row_stride, int64_t column_stride = 1) {
  return {{rows, columns}, data_type_of(dtype), memory::dims{row_stride, column_stride}};
}

}  // namespace

void NarrowSequence::make_products(const Request& request, int kernel_input, bool transposed) {
  use_threads(1);
  const int64_t width = gates_ * units_;
  const DType kept = request.input(to_size(kernel_input)).dtype;
  const memory::desc plain = transposed ? matrix(kept, width, units_, 1, width) : matrix(kept, units_, width, width);
  memory::desc weights(plain.get_dims(), memory::data_type::bf16, memory::format_tag::any);
  for (const Part& part : parts_) {
    const int64_t from_width = transposed ? width : units_, to_width = transposed ? units_ : width;
    const memory::desc from = matrix(DType::bf16, part.count(), from_width, from_width);
    const memory::desc to = matrix(DType::f32, part.count(), to_width, to_width);
    dnnl::primitive_attr attributes = user_scratchpad();
    if (transposed) {
      dnnl::post_ops sum;
      sum.append_sum(1);
      attributes.set_post_ops(sum);
    }
    const dnnl::matmul::primitive_desc desc(engine(), from, weights, to, attributes);
    weights = desc.weights_desc();
    products_.push_back({Primitive(dnnl::matmul(desc), {{DNNL_ARG_SRC, from},
                                                        {DNNL_ARG_WEIGHTS, weights},
                                                        {DNNL_ARG_DST, to},
                                                        {DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc()}}),
                         reserve(desc.scratchpad_desc().get_size())});
    info_.implementation = "own cell over " + std::string(desc.impl_info_str());
  }
  kernel_input_ = kernel_input;
  reorder_ = make_reorder(plain, weights);
  if (!reorder_) return;
  info_.packed_bytes = static_cast<int64_t>(weights.get_size());
  info_.packed_inputs = {kernel_input};
  info_.packed_layout = layout_text(plain, weights);
  const StateUse use = state_use(request.graph, request.node.inputs[to_size(kernel_input)]);
  info_.reorders = !use.is_state || use.changes ? 1 : 0;
}

void NarrowSequence::fill_packed(const Arguments& a) {
  if (reorder_) reorder_.run(std::array{a.inputs[to_size(kernel_input_)], a.packed});
}

void NarrowSequence::multiply(const Arguments& a, const Part& part, const Bfloat16* from, float* to) {
  Product& product = products_[to_size(part.number)];
  void* const weights = reorder_ ? a.packed : a.inputs[to_size(kernel_input_)];
  product.primitive.run(std::array<void*, 4>{const_cast<Bfloat16*>(from), weights, to, scratch(a, product.scratchpad)});
}

}  // namespace dltrain::backends::onednn
