// libcublasLt.so.13 on the pretended machine: products computed on the host from the descriptors that they are given,
// by columns, as the library's documentation has it. What the library would refuse is refused: attributes of another
// size, matrices that do not fit together, addresses that are aligned less than was promised, too small a workspace, and
// memory that nobody has allocated.
#include <cublasLt.h>

#include <cmath>
#include <cstring>

#include "tests/cuda/stand_in/machine.h"
#include "tests/cuda/stand_in/numbers.h"

using namespace dltrain::stand_in;

namespace {

constexpr uint64_t workspace_bytes = 3000;  // of every product

struct Layout {
  cudaDataType_t type;
  int64_t rows, columns, leading;
  int32_t batch = 1;
  int64_t batch_stride = 0;
};
struct ProductDescription {
  cublasComputeType_t compute;
  cudaDataType_t scale;
  cublasOperation_t first = CUBLAS_OP_N, second = CUBLAS_OP_N;
  cublasLtEpilogue_t epilogue = CUBLASLT_EPILOGUE_DEFAULT;
  const void* bias = nullptr;
};
struct Preference {
  uint64_t workspace = 0;
  uint32_t schemes = CUBLASLT_REDUCTION_SCHEME_MASK;
  uint32_t alignment[4] = {256, 256, 256, 256};
};

const Layout& of(cublasLtMatrixLayout_t layout) { return *reinterpret_cast<const Layout*>(layout); }
const ProductDescription& of(cublasLtMatmulDesc_t product) {
  return *reinterpret_cast<const ProductDescription*>(product);
}

bool turned(cublasOperation_t operation) { return operation == CUBLAS_OP_T; }
Storage storage_of(cudaDataType_t type) {
  switch (type) {
    case CUDA_R_64F: return Storage::float64;
    case CUDA_R_16BF: return Storage::bfloat16;
    case CUDA_R_16F: return Storage::float16;
    default: return Storage::float32;
  }
}
bool is_narrow(cudaDataType_t type) { return type == CUDA_R_16BF || type == CUDA_R_16F; }
size_t size_of(cudaDataType_t type) { return bytes_of(storage_of(type)); }
bool adds_bias(const ProductDescription& p) { return (p.epilogue & CUBLASLT_EPILOGUE_BIAS) != 0; }

// Copies an attribute; false if it has another size.
template <class T> bool take(T& value, const void* buffer, size_t bytes) {
  if (bytes != sizeof value) return false;
  std::memcpy(&value, buffer, sizeof value);
  return true;
}

// Factors of one type; results of it too, or in float32 where it has 16 bits. A bias comes in the type of the result.
bool types_fit(const ProductDescription& p, const Layout& a, const Layout& b, const Layout& c, const Layout& d) {
  if (a.type != b.type || c.type != d.type) return false;
  if (p.compute == CUBLAS_COMPUTE_64F) return p.scale == CUDA_R_64F && a.type == CUDA_R_64F && d.type == CUDA_R_64F;
  if (p.scale != CUDA_R_32F) return false;
  if (is_narrow(a.type)) return p.compute == CUBLAS_COMPUTE_32F && (d.type == a.type || d.type == CUDA_R_32F);
  return a.type == CUDA_R_32F && d.type == CUDA_R_32F;
}

// Types that go together, and matrices that fit: d [m, n] = a [m, k] b [k, n].
bool fits(const ProductDescription& p, const Layout& a, const Layout& b, const Layout& c, const Layout& d) {
  if (!types_fit(p, a, b, c, d)) return false;
  for (const Layout* each : {&a, &b, &c, &d}) {
    if (each->leading < each->rows || each->rows < 1 || each->columns < 1 || each->batch != d.batch ||
        (each->batch > 1 && each == &d && each->batch_stride < each->rows * each->columns))
      return false;
  }
  const int64_t m = turned(p.first) ? a.columns : a.rows;
  const int64_t k = turned(p.first) ? a.rows : a.columns;
  const int64_t k_there = turned(p.second) ? b.columns : b.rows;
  const int64_t n = turned(p.second) ? b.rows : b.columns;
  return d.rows == m && d.columns == n && k == k_there && c.rows == m && c.columns == n &&
         (!adds_bias(p) || p.bias != nullptr);
}

// All its elements lie in one allocation, and it begins where it was promised to.
bool lies_well(const void* address, const Layout& layout, uint32_t alignment) {
  const auto start = reinterpret_cast<CUdeviceptr>(address);
  const int64_t elements =
      (layout.batch - 1) * layout.batch_stride + (layout.columns - 1) * layout.leading + layout.rows;
  return start % alignment == 0 && machine().holds(start, static_cast<size_t>(elements) * size_of(layout.type));
}

template <class T> T applied(T value, cublasLtEpilogue_t epilogue) {
  if ((epilogue & CUBLASLT_EPILOGUE_RELU) != 0) return value < 0 ? T(0) : value;
  if ((epilogue & CUBLASLT_EPILOGUE_GELU) != 0) return gelu_by_tanh(value);
  return value;
}

// Where the matrices lie.
struct Places {
  const void *a, *b;
  void* d;
};

// Sums and all that is done with them in T.
template <class T>
void multiply(const ProductDescription& p, T alpha, const Places& at, const Layout& of_a, const Layout& of_b,
              const Layout& of_d) {
  const int64_t depth = turned(p.first) ? of_a.rows : of_a.columns;
  const bool rounds = p.compute == CUBLAS_COMPUTE_32F_FAST_TF32;
  const auto read = [&](const void* memory, const Layout& layout, int64_t batch, int64_t row, int64_t column) {
    const T x =
        read_number<T>(memory, storage_of(layout.type), batch * layout.batch_stride + row + column * layout.leading);
    return rounds ? tensorfloat32(x) : x;
  };
  for (int64_t batch = 0; batch < of_d.batch; ++batch) {
    for (int64_t column = 0; column < of_d.columns; ++column) {
      for (int64_t row = 0; row < of_d.rows; ++row) {
        T sum = 0;
        for (int64_t i = 0; i < depth; ++i) {
          const T x = turned(p.first) ? read(at.a, of_a, batch, i, row) : read(at.a, of_a, batch, row, i);
          const T y = turned(p.second) ? read(at.b, of_b, batch, column, i) : read(at.b, of_b, batch, i, column);
          sum += x * y;
        }
        sum *= alpha;
        const Storage storage = storage_of(of_d.type);
        if (adds_bias(p)) sum += read_number<T>(p.bias, storage, row);
        write_number(at.d, storage, batch * of_d.batch_stride + column * of_d.leading + row, applied(sum, p.epilogue));
      }
    }
  }
}

// What a proposal keeps of what it was proposed for.
struct Proposal {
  uint64_t workspace;
  uint32_t alignment[4];
};

}  // namespace

extern "C" {

size_t cublasLtGetVersion() { return static_cast<size_t>(machine().settings.cublas); }
const char* cublasLtGetStatusName(cublasStatus_t status) {
  if (status == CUBLAS_STATUS_NOT_INITIALIZED) return "CUBLAS_STATUS_NOT_INITIALIZED";
  return status == CUBLAS_STATUS_EXECUTION_FAILED ? "CUBLAS_STATUS_EXECUTION_FAILED" : "CUBLAS_STATUS_OTHER";
}
const char* cublasLtGetStatusString(cublasStatus_t status) {
  return status == CUBLAS_STATUS_EXECUTION_FAILED ? "the GPU program failed to execute" : "another failure";
}

cublasStatus_t cublasLtCreate(cublasLtHandle_t* handle) {
  if (const int failed = machine().failure("cublasLtCreate"); failed != 0) return static_cast<cublasStatus_t>(failed);
  if (!machine().current) return CUBLAS_STATUS_NOT_INITIALIZED;
  *handle = reinterpret_cast<cublasLtHandle_t>(&machine());
  machine().add("libraries open");
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtDestroy(cublasLtHandle_t) {
  machine().add("libraries closed");
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t* product, cublasComputeType_t compute,
                                        cudaDataType_t scale) {
  *product = reinterpret_cast<cublasLtMatmulDesc_t>(new ProductDescription{compute, scale});
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t product) {
  delete reinterpret_cast<ProductDescription*>(product);
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t product, cublasLtMatmulDescAttributes_t attribute,
                                              const void* value, size_t bytes) {
  auto& p = *reinterpret_cast<ProductDescription*>(product);
  bool taken = false;
  switch (attribute) {
    case CUBLASLT_MATMUL_DESC_TRANSA: taken = take(p.first, value, bytes); break;
    case CUBLASLT_MATMUL_DESC_TRANSB: taken = take(p.second, value, bytes); break;
    case CUBLASLT_MATMUL_DESC_EPILOGUE: taken = take(p.epilogue, value, bytes); break;
    case CUBLASLT_MATMUL_DESC_BIAS_POINTER: taken = take(p.bias, value, bytes); break;
    default: break;
  }
  return taken ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_INVALID_VALUE;
}

cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t* layout, cudaDataType_t type, uint64_t rows,
                                          uint64_t columns, int64_t leading) {
  *layout = reinterpret_cast<cublasLtMatrixLayout_t>(
      new Layout{type, static_cast<int64_t>(rows), static_cast<int64_t>(columns), leading});
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t layout) {
  delete reinterpret_cast<Layout*>(layout);
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatrixLayoutSetAttribute(cublasLtMatrixLayout_t layout,
                                                cublasLtMatrixLayoutAttribute_t attribute, const void* value,
                                                size_t bytes) {
  auto& l = *reinterpret_cast<Layout*>(layout);
  bool taken = false;
  switch (attribute) {
    case CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT: taken = take(l.batch, value, bytes); break;
    case CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET: taken = take(l.batch_stride, value, bytes); break;
    default: break;
  }
  return taken ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_INVALID_VALUE;
}

cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t* preference) {
  *preference = reinterpret_cast<cublasLtMatmulPreference_t>(new Preference);
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t preference) {
  delete reinterpret_cast<Preference*>(preference);
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t preference,
                                                    cublasLtMatmulPreferenceAttributes_t attribute, const void* value,
                                                    size_t bytes) {
  auto& p = *reinterpret_cast<Preference*>(preference);
  bool taken = false;
  switch (attribute) {
    case CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES: taken = take(p.workspace, value, bytes); break;
    case CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK: taken = take(p.schemes, value, bytes); break;
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES: taken = take(p.alignment[0], value, bytes); break;
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES: taken = take(p.alignment[1], value, bytes); break;
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES: taken = take(p.alignment[2], value, bytes); break;
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES: taken = take(p.alignment[3], value, bytes); break;
    default: break;
  }
  return taken ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_INVALID_VALUE;
}

cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t, cublasLtMatmulDesc_t product, cublasLtMatrixLayout_t a,
                                              cublasLtMatrixLayout_t b, cublasLtMatrixLayout_t c,
                                              cublasLtMatrixLayout_t d, cublasLtMatmulPreference_t preference,
                                              int wanted, cublasLtMatmulHeuristicResult_t* results, int* count) {
  const int failed = machine().failure("cublasLtMatmulAlgoGetHeuristic");
  if (failed != 0) return static_cast<cublasStatus_t>(failed);
  const auto& p = *reinterpret_cast<const Preference*>(preference);
  *count = 0;
  if (wanted < 1 || !fits(of(product), of(a), of(b), of(c), of(d))) return CUBLAS_STATUS_INVALID_VALUE;
  if ((p.schemes & CUBLASLT_REDUCTION_SCHEME_INPLACE) != 0) machine().add("sums in any order");
  if (of(product).compute == CUBLAS_COMPUTE_32F_FAST_TF32) machine().add("products in tensorfloat32");
  if (of(a).type == CUDA_R_16BF) machine().add("products in bfloat16");
  if (of(a).type == CUDA_R_16F) machine().add("products in float16");
  if (is_narrow(of(d).type) && (p.schemes & CUBLASLT_REDUCTION_SCHEME_OUTPUT_TYPE) != 0)
    machine().add("sums of rounded parts");
  if (p.workspace < workspace_bytes) return CUBLAS_STATUS_NOT_SUPPORTED;
  Proposal proposal{workspace_bytes, {}};
  std::memcpy(proposal.alignment, p.alignment, sizeof p.alignment);
  static_assert(sizeof proposal <= sizeof results->algo);
  std::memcpy(&results->algo, &proposal, sizeof proposal);
  results->workspaceSize = workspace_bytes;
  results->state = CUBLAS_STATUS_SUCCESS;
  *count = 1;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t, cublasLtMatmulDesc_t product, const void* alpha, const void* a,
                              cublasLtMatrixLayout_t of_a, const void* b, cublasLtMatrixLayout_t of_b, const void* beta,
                              const void* c, cublasLtMatrixLayout_t of_c, void* d, cublasLtMatrixLayout_t of_d,
                              const cublasLtMatmulAlgo_t* algorithm, void* workspace, size_t workspace_size,
                              cudaStream_t stream) {
  if (const int failed = machine().failure("cublasLtMatmul"); failed != 0) return static_cast<cublasStatus_t>(failed);
  Proposal proposal{};
  std::memcpy(&proposal, algorithm, sizeof proposal);
  const ProductDescription p = of(product);
  const Layout la = of(of_a), lb = of(of_b), ld = of(of_d);
  const bool well = fits(p, la, lb, of(of_c), ld) && lies_well(a, la, proposal.alignment[0]) &&
                    lies_well(b, lb, proposal.alignment[1]) && lies_well(c, of(of_c), proposal.alignment[2]) &&
                    lies_well(d, ld, proposal.alignment[3]) && workspace_size >= proposal.workspace &&
                    machine().holds(reinterpret_cast<CUdeviceptr>(workspace), workspace_size) &&
                    (!adds_bias(p) || machine().holds(reinterpret_cast<CUdeviceptr>(p.bias),
                                                      static_cast<size_t>(ld.rows) * size_of(ld.type)));
  if (!well) return CUBLAS_STATUS_INVALID_VALUE;
  const bool wide = p.compute == CUBLAS_COMPUTE_64F;
  const double factor = wide ? *static_cast<const double*>(alpha) : *static_cast<const float*>(alpha);
  const double share = wide ? *static_cast<const double*>(beta) : *static_cast<const float*>(beta);
  if (share != 0) return CUBLAS_STATUS_NOT_SUPPORTED;  // nobody adds to what is there
  machine().enqueue(*reinterpret_cast<Stream*>(stream), [=] {
    std::memset(workspace, 0xFF, workspace_size);
    if (wide) multiply<double>(p, factor, {a, b, d}, la, lb, ld);
    else multiply<float>(p, static_cast<float>(factor), {a, b, d}, la, lb, ld);
  });
  return CUBLAS_STATUS_SUCCESS;
}
}
