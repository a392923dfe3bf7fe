// Matrix products through cuBLASLt. What the library proposes for a product is asked for once in a session; the first
// proposal is taken, so that equal products on equal GPUs are computed alike.
#pragma once

#include <compare>
#include <map>
#include <memory>

#include "backends/cuda/cublas.h"
#include "backends/cuda/queue.h"
#include "backends/factory.h"
#include "core/dtype.h"

namespace dltrain::backends::cuda {

enum class ProductFunction {
  none,
  relu,
  gelu  // by tanh
};

// z [batch, m, n] = function(x [batch, m, k] y [batch, k, n] + bias [n]), rows one after the other. A transposed side
// lies as [k, m] or [n, k]. Strides are elements from one matrix of a batch to the next, 0 for one that serves all.
struct Product {
  DType dtype = DType::f32;   // of x and y: float32, float64, bfloat16 or float16
  DType result = DType::f32;  // of z and bias: the same, or float32
  int64_t m = 0, n = 0, k = 0;
  bool transpose_x = false, transpose_y = false;
  int64_t batch = 1, x_stride = 0, y_stride = 0;
  bool bias = false;
  ProductFunction function = ProductFunction::none;
  int64_t alignment = 0;  // bytes that addresses of all matrices are multiples of

  auto operator<=>(const Product&) const = default;
};

class Products {
 public:
  // Throws UserError (device) if the library cannot be used.
  Products(Queue& queue, const BackendOptions& options);
  ~Products();
  Products(const Products&) = delete;
  Products& operator=(const Products&) = delete;

  // What was chosen for a product; valid as long as this lives.
  class Choice;
  // Null if the library has no way to compute it; `reason` is what it says then.
  const Choice* choose(const Product& product, std::string& reason);
  static int64_t scratch_bytes(const Choice& choice);
  // Enqueues the product. bias is read only where the product has one.
  void run(const Choice& choice, const void* x, const void* y, const void* bias, void* z, void* scratch) const;

 private:
  struct Known {
    std::unique_ptr<Choice> choice;
    std::string reason;
  };
  void describe(const Product& product, Choice& choice) const;
  void prefer(const Product& product, cublasLtMatmulPreference_t preference) const;
  Known ask(const Product& product) const;
  void check(cublasStatus_t status, const std::string& doing) const;

  Queue& queue_;
  BackendOptions options_;
  std::unique_ptr<CublasLt> lt_;
  cublasLtHandle_t handle_ = nullptr;
  std::map<Product, Known> known_;
};

}  // namespace dltrain::backends::cuda
