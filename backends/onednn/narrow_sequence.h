// Recurrent kernels of bfloat16. A step is one product of the library with all gates at once, which matrix units do in the
// time that rounding for smaller pieces would take. Sums and what goes from step to step are float32.
#pragma once

#include <vector>

#include "backends/onednn/recurrent_sequence.h"

namespace dltrain::backends::onednn {

class NarrowSequence : public RecurrentSequence {
 protected:
  using Element = Bfloat16;
  static constexpr DType dtype = DType::bf16;

  // product [rows, gates * units] = state times the recurrent kernel [units, gates * units].
  void make_forward_product(const Request& request, int kernel_input) { make_products(request, kernel_input, false); }
  void multiply_forward(const Arguments& a, const Part& part, const Bfloat16* state, float* product) {
    multiply(a, part, state, product);
  }

  // dh [rows, units] += sums [rows, gates * units] times its transpose.
  void make_backward_product(const Request& request, int kernel_input) { make_products(request, kernel_input, true); }
  void multiply_backward(const Arguments& a, const Part& part, int64_t, const Bfloat16*, const Bfloat16* sums,
                         float* dh) {
    multiply(a, part, sums, dh);
  }
  // The width of rows of flows.
  int64_t flow_width() const { return units_; }

  void fill_packed(const Arguments& a) override;

 private:
  struct Product {
    Primitive primitive;
    int64_t scratchpad;
  };
  void make_products(const Request& request, int kernel_input, bool transposed);
  void multiply(const Arguments& a, const Part& part, const Bfloat16* from, float* to);

  std::vector<Product> products_;  // [part]
  Primitive reorder_;
  int kernel_input_ = 0;
};

}  // namespace dltrain::backends::onednn
