// What kernels of recurrent ops have in common: sizes, how samples are shared between threads, where steps lie in
// memory, the gradient of the recurrent kernel. Samples are divided, and each thread runs through all steps with its own,
// so that nobody waits between steps. Sequences are [T, N, features].
#pragma once

#include <optional>
#include <vector>

#include "backends/onednn/parallel.h"
#include "backends/onednn/primitive.h"
#include "backends/onednn/transposed_product.h"
#include "backends/onednn/vector/recurrent.h"
#include "core/checked.h"

namespace dltrain::backends::onednn {

// Element number `element`; null stays null.
template <class T> T* element_of(void* pointer, int64_t element) {
  return pointer == nullptr ? nullptr : static_cast<T*>(pointer) + element;
}

template <class T> T* cast(void* pointer) { return static_cast<T*>(pointer); }

// The inputs of a gradient from number 4 on: the mask, and what flows into y and last. Null where there is none.
class Inflow {
 public:
  explicit Inflow(const graph::Node& node);
  void* mask_of(const Arguments& a) const { return of(a, mask_); }
  void* y_of(const Arguments& a) const { return of(a, y_); }
  void* last_of(const Arguments& a) const { return of(a, last_); }

 private:
  static void* of(const Arguments& a, int input) { return input < 0 ? nullptr : a.inputs[to_size(input)]; }
  int mask_ = -1, y_ = -1, last_ = -1;
};

class RecurrentSequence : public LibraryKernel {
 protected:
  // Samples of one thread.
  struct Part {
    int64_t number;
    Range rows;
    int64_t count() const { return rows.end - rows.begin; }
  };

  // `input`: [T, N, gates * units].
  void settle(const Request& request, const Shape& input, int64_t gates, bool backward);

  // Calls f(part) for each part of the samples, on as many threads.
  template <class F> void for_parts(const F& f) {
    in_parallel(static_cast<int>(parts_.size()), [&](int p) { f(parts_[to_size(p)]); });
  }

  int64_t time(int64_t s) const;
  // Element where the rows of a part begin in step t of a sequence of rows of `width` numbers.
  int64_t place(const Part& part, int64_t t, int64_t width) const { return (t * samples_ + part.rows.begin) * width; }
  StepRows rows_of(const Part& part, const void* mask, int64_t t) const;

  // Floats of scratch memory for every sample; where those of a part begin.
  int64_t reserve_floats(int64_t width) { return reserve(to_size(samples_ * width) * sizeof(float)); }
  static float* own_floats(const Arguments& a, const Part& part, int64_t offset, int64_t width) {
    return static_cast<float*>(scratch(a, offset)) + part.rows.begin * width;
  }

  // An output, or scratch memory where nobody reads it.
  struct Kept {
    int64_t scratch = -1;  // offset; -1: the output
    int output = 0;
  };
  Kept keep(const Request& request, int output);
  static void* of(const Arguments& a, const Kept& kept);
  // Output 1: the state of the last step of y.
  template <class T> void store_last(const Arguments& a, const Part& part, const T* y) const {
    T* const last = element_of<T>(a.outputs[1], place(part, 0, units_));
    if (last != nullptr) std::copy_n(y + place(part, time(steps_ - 1), units_), part.count() * units_, last);
  }

  // The gradient of the recurrent kernel, output 1: states [T - 1 steps]^T times gradients of products [T - 1 steps].
  // `dtype`: of both.
  void make_kernel_gradient(const Request& request, DType dtype);
  // y: the states [T, N, units]; flows: [T, N, gates * units].
  void multiply_kernel_gradient(const Arguments& a, void* y, void* flows);

  // The gradient of the bias, output 2: sums of the columns of flows, of which each part keeps its own.
  void make_bias_gradient(const Request& request);
  double* bias_sums(const Arguments& a, const Part& part) const;
  void store_bias_gradient(const Arguments& a);

  int64_t steps_ = 0, samples_ = 0, gates_ = 0, units_ = 0;
  bool backwards_ = false;
  std::vector<Part> parts_;

 private:
  std::optional<TransposedProduct> tall_product_;
  Primitive kernel_gradient_;
  int64_t gradient_scratchpad_ = 0;
  int64_t state_bytes_ = 0;  // of an element of what it is made of
  int64_t gradient_bytes_ = 0;  // of all of it
  int64_t bias_sums_ = 0;
  DType bias_dtype_ = DType::f32;
};

// What the kernels accept. Gradients are those of a forward node, not of another gradient.
Support computes_float32(const Request& request);
Support computes_float32_gradient(const Request& request);
Support computes_bfloat16(const Request& request);
Support computes_bfloat16_gradient(const Request& request);

}  // namespace dltrain::backends::onednn
