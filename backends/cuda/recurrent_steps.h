// What kernels of recurrent ops have in common: sizes, where steps lie in memory, and the products with the recurrent
// kernel, which stand between the steps. Sequences are [T, N, features].
#pragma once

#include <functional>
#include <vector>

#include "backends/cuda/casts.h"
#include "backends/cuda/kernel.h"

namespace dltrain::backends::cuda {

struct RecurrentSizes {
  int64_t steps = 0, samples = 0, units = 0, gates = 0;
  bool backwards = false;
  DType dtype = DType::f32;  // of sequences

  int64_t states() const { return samples * units; }  // elements of a step
  int64_t rows() const { return gates * states(); }  // the same of x
  int64_t bytes(int64_t elements) const { return elements * static_cast<int64_t>(byte_size(dtype)); }
  // The step that is number `s` in the order of computing.
  int64_t step(int64_t s) const { return backwards ? steps - 1 - s : s; }
  // Where it begins in a sequence of `width` elements a step; null stays null.
  void* at(void* sequence, int64_t s, int64_t width) const;
};

// Of a forward node by its x, of a gradient by its gates.
RecurrentSizes sizes_of(const Request& request, size_t input, int64_t gates);

// A product through cuBLASLt of matrices that lie within sequences or in scratch memory, to float32 or to `result`.
class StepProduct {
 public:
  // m, n, k as of x [m, k] y [k, n]. `starts`: bytes that addresses are multiples of, beside their own alignment.
  struct Shape {
    int64_t m, n, k;
    bool transpose_x = false, transpose_y = false;
  };
  StepProduct(const Request& request, DType dtype, DType result, const Shape& shape, int64_t starts);
  int64_t scratch_bytes() const;
  void run(const void* x, const void* y, void* z, void* scratch) const;

 private:
  Products& products_;
  const Products::Choice* choice_;
};

// A kernel that goes through all steps at once (device/recurrent_sequence.cu), for as many units as read the recurrent
// kernel out of the caches in less time than two launches take, and as many samples as there are blocks at a time.
struct WholeSequence {
  WholeSequence(const Request& request, const RecurrentSizes& sizes, const std::string& op);
  explicit operator bool() const { return kernel != nullptr; }
  CUkernel kernel = nullptr;  // null: step by step
  Grid grid;
  std::string name;  // "recurrent:lstm_4_float32"
};

// Whether the library has these products; what a kernel asks before it is made.
Support has_products(const Request& request, const RecurrentSizes& sizes, DType kernel, bool gradient);

// The recurrent kernel as products read it: a wide one is rounded once, into scratch memory, and one that is to be
// transposed is brought there.
class RecurrentKernel {
 public:
  RecurrentKernel(const Request& request, size_t input, DType dtype, bool transposed, ScratchLayout& scratch);
  const void* prepare(const Arguments& a) const;

 private:
  size_t input_;
  int64_t place_ = -1;  // -1: as it is
  std::function<void(const void* from, void* to)> bring_;
};

// The gradient of the recurrent kernel: states of all steps but the last, transposed, times gradients of products of all
// but the first.
class KernelGradient {
 public:
  KernelGradient(const Request& request, const RecurrentSizes& sizes, DType kernel);
  int64_t scratch_bytes() const { return product_.empty() ? 0 : product_[0].scratch_bytes(); }
  // y [T, N, units], flows [T, N, gates units]; library: scratch memory of the library's.
  void run(void* y, void* flows, void* out, void* library) const;

 private:
  Queue* queue_;
  RecurrentSizes sizes_;
  int64_t bytes_;  // of the gradient
  std::vector<StepProduct> product_;  // none where there is one step
};

// The inputs of a gradient from number 4 on: the mask, and what flows into the outputs. Null where there is none.
class Inflow {
 public:
  explicit Inflow(const Request& request);
  const uint8_t* mask(const Arguments& a) const;
  void* flow(const Arguments& a, size_t output) const;

 private:
  int mask_ = -1;
  int flows_[4] = {-1, -1, -1, -1};
};

}  // namespace dltrain::backends::cuda
