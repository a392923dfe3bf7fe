#include "backends/cuda/products.h"

#include "backends/cuda/library.h"
#include "core/checked.h"

namespace dltrain::backends::cuda {

namespace {

// The most that an algorithm may ask for; the plan's arena has room for what it then needs.
constexpr size_t most_workspace = size_t{32} << 20;

cudaDataType_t type_of(DType dtype) {
  switch (dtype) {
    case DType::f64: return CUDA_R_64F;
    case DType::bf16: return CUDA_R_16BF;
    case DType::f16: return CUDA_R_16F;
    default: return CUDA_R_32F;
  }
}
// Of the factors of a product, and what is summed up.
cudaDataType_t scale_of(DType dtype) { return dtype == DType::f64 ? CUDA_R_64F : CUDA_R_32F; }

cublasComputeType_t compute_type_of(DType dtype, const BackendOptions& options) {
  if (dtype == DType::f64) return CUBLAS_COMPUTE_64F;
  const bool rounds = options.tensorfloat32 && dtype == DType::f32;
  return rounds ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
}

cublasLtEpilogue_t epilogue_of(const Product& p) {
  switch (p.function) {
    case ProductFunction::none: return p.bias ? CUBLASLT_EPILOGUE_BIAS : CUBLASLT_EPILOGUE_DEFAULT;
    case ProductFunction::relu: return p.bias ? CUBLASLT_EPILOGUE_RELU_BIAS : CUBLASLT_EPILOGUE_RELU;
    case ProductFunction::gelu: return p.bias ? CUBLASLT_EPILOGUE_GELU_BIAS : CUBLASLT_EPILOGUE_GELU;
  }
  return CUBLASLT_EPILOGUE_DEFAULT;
}

constexpr float one = 1, zero = 0;
constexpr double wide_one = 1, wide_zero = 0;

}  // namespace

// The library counts matrices by columns. Rows one after the other are the columns of the transposed matrix, so that it
// computes z^T [n, m] = y^T [n, k] x^T [k, m]: y is its first matrix, and a bias for each column of z one for each row.
class Products::Choice {
 public:
  explicit Choice(const CublasLt& lt) : lt_(lt) {}
  ~Choice() {
    if (product != nullptr) lt_.product_destroy(product);
    for (cublasLtMatrixLayout_t layout : {first, second, result}) {
      if (layout != nullptr) lt_.layout_destroy(layout);
    }
  }
  Choice(const Choice&) = delete;
  Choice& operator=(const Choice&) = delete;

  cublasLtMatmulDesc_t product = nullptr;
  cublasLtMatrixLayout_t first = nullptr, second = nullptr, result = nullptr;
  cublasLtMatmulAlgo_t algorithm{};
  size_t workspace = 0;
  bool wide = false, bias = false;

 private:
  const CublasLt& lt_;
};

int64_t Products::scratch_bytes(const Choice& choice) { return static_cast<int64_t>(choice.workspace); }

Products::Products(Queue& queue, const BackendOptions& options)
    : queue_(queue), options_(options), lt_(CublasLt::load(queue.gpu().device())) {
  queue_.gpu().use();
  const cublasStatus_t status = lt_->create(&handle_);
  if (status == CUBLAS_STATUS_NOT_INITIALIZED) refuse_start(queue_.gpu().device(), "cuBLASLt 13", lt_->text(status));
  check(status, "to start cuBLASLt");
}

Products::~Products() {
  queue_.gpu().use_anyway();
  known_.clear();
  if (handle_ != nullptr) lt_->destroy(handle_);
}

void Products::check(cublasStatus_t status, const std::string& doing) const {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  const bool ours = status == CUBLAS_STATUS_INVALID_VALUE || status == CUBLAS_STATUS_NOT_SUPPORTED;
  const Failure failure = status == CUBLAS_STATUS_ALLOC_FAILED ? Failure::memory
                          : ours                               ? Failure::ours
                                                               : Failure::device;
  queue_.gpu().fail(failure, doing, lt_->text(status));
}

const Products::Choice* Products::choose(const Product& product, std::string& reason) {
  auto known = known_.find(product);
  if (known == known_.end()) known = known_.emplace(product, ask(product)).first;
  reason = known->second.reason;
  return known->second.choice.get();
}

// Descriptions of the product and its matrices.
void Products::describe(const Product& p, Choice& choice) const {
  const std::string doing = "to describe a matrix product";
  const auto set = [&](cublasLtMatmulDescAttributes_t attribute, const auto& value) {
    check(lt_->product_set(choice.product, attribute, &value, sizeof value), doing);
  };
  const auto lay = [&](cublasLtMatrixLayout_t& layout, DType dtype, int64_t rows, int64_t columns, int64_t stride) {
    const auto count = static_cast<int32_t>(p.batch);
    check(
        lt_->layout_create(&layout, type_of(dtype), static_cast<uint64_t>(rows), static_cast<uint64_t>(columns), rows),
        doing);
    check(lt_->layout_set(layout, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &count, sizeof count), doing);
    check(lt_->layout_set(layout, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, &stride, sizeof stride), doing);
  };
  const cublasOperation_t first_turned = p.transpose_y ? CUBLAS_OP_T : CUBLAS_OP_N;
  const cublasOperation_t second_turned = p.transpose_x ? CUBLAS_OP_T : CUBLAS_OP_N;
  const cublasLtEpilogue_t epilogue = epilogue_of(p);
  check(lt_->product_create(&choice.product, compute_type_of(p.dtype, options_), scale_of(p.dtype)), doing);
  set(CUBLASLT_MATMUL_DESC_TRANSA, first_turned);
  set(CUBLASLT_MATMUL_DESC_TRANSB, second_turned);
  set(CUBLASLT_MATMUL_DESC_EPILOGUE, epilogue);
  lay(choice.first, p.dtype, p.transpose_y ? p.k : p.n, p.transpose_y ? p.n : p.k, p.y_stride);
  lay(choice.second, p.dtype, p.transpose_x ? p.m : p.k, p.transpose_x ? p.k : p.m, p.x_stride);
  lay(choice.result, p.result, p.n, p.m, checked_multiply(p.m, p.n));
  choice.wide = p.dtype == DType::f64;
  choice.bias = p.bias;
  // The address of a bias is set before each run; what is chosen may depend on there being one.
  const auto* some_bias = reinterpret_cast<const void*>(p.alignment);  // NOLINT(performance-no-int-to-ptr): not read
  if (p.bias) set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, some_bias);
}

// What a proposal may be like.
void Products::prefer(const Product& p, cublasLtMatmulPreference_t preference) const {
  const auto set = [&](cublasLtMatmulPreferenceAttributes_t attribute, const auto& value) {
    check(lt_->preference_set(preference, attribute, &value, sizeof value), "to describe a matrix product");
  };
  // A product may be split along its depth. For sums in one order, parts that add themselves to the result in place are
  // left out; for sums in float32, parts that are rounded to a narrow result before they are added.
  uint32_t schemes = CUBLASLT_REDUCTION_SCHEME_MASK;
  if (options_.deterministic) schemes &= ~uint32_t{CUBLASLT_REDUCTION_SCHEME_INPLACE};
  if (byte_size(p.result) < sizeof(float)) {
    schemes &= ~uint32_t{CUBLASLT_REDUCTION_SCHEME_OUTPUT_TYPE} & ~uint32_t{CUBLASLT_REDUCTION_SCHEME_INPLACE};
  }
  const auto aligned = static_cast<uint32_t>(p.alignment);
  set(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, most_workspace);
  set(CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, schemes);
  for (const auto attribute : {CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES,
                               CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES})
    set(attribute, aligned);
}

Products::Known Products::ask(const Product& p) const {
  queue_.gpu().use();
  auto choice = std::make_unique<Choice>(*lt_);
  describe(p, *choice);
  cublasLtMatmulPreference_t preference = nullptr;
  check(lt_->preference_create(&preference), "to describe a matrix product");
  const std::unique_ptr<std::remove_pointer_t<cublasLtMatmulPreference_t>,
                        cublasStatus_t (*)(cublasLtMatmulPreference_t)>
      owner(preference, lt_->preference_destroy);
  prefer(p, preference);
  cublasLtMatmulHeuristicResult_t found{};
  int count = 0;
  cublasStatus_t status = lt_->heuristic(handle_, choice->product, choice->first, choice->second, choice->result,
                                         choice->result, preference, 1, &found, &count);
  if (status == CUBLAS_STATUS_SUCCESS) status = count > 0 ? found.state : CUBLAS_STATUS_NOT_SUPPORTED;
  if (status == CUBLAS_STATUS_NOT_SUPPORTED) return {nullptr, "cuBLASLt has no kernel for it"};
  check(status, "to choose how to multiply matrices");
  choice->algorithm = found.algo;
  choice->workspace = found.workspaceSize;
  return {std::move(choice), ""};
}

void Products::run(const Choice& choice, const void* x, const void* y, const void* bias, void* z, void* scratch) const {
  const std::string doing = "to multiply matrices";
  queue_.gpu().use();
  if (choice.bias) {
    check(lt_->product_set(choice.product, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &bias, sizeof bias), doing);
  }
  const void* alpha = choice.wide ? static_cast<const void*>(&wide_one) : &one;
  const void* beta = choice.wide ? static_cast<const void*>(&wide_zero) : &zero;
  check(lt_->matmul(handle_, choice.product, alpha, y, choice.first, x, choice.second, beta, z, choice.result, z,
                    choice.result, &choice.algorithm, scratch, choice.workspace,
                    reinterpret_cast<cudaStream_t>(queue_.stream())),
        doing);
}

}  // namespace dltrain::backends::cuda
