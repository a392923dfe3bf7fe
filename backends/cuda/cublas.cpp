#include "backends/cuda/cublas.h"

#include "backends/cuda/library.h"

namespace dltrain::backends::cuda {

namespace {

constexpr size_t least_version = 130000;  // 13.0.0, as the library counts

}  // namespace

std::unique_ptr<CublasLt> CublasLt::load(const std::string& device, const std::string& file) {
  const LibraryName library = {"cuBLASLt 13", file, "the CUDA toolkit 13"};
  Symbols symbols(open_library(device, library));
  auto lt = std::make_unique<CublasLt>();
  symbols.find(lt->version, "cublasLtGetVersion");
  symbols.find(lt->status_name, "cublasLtGetStatusName");
  symbols.find(lt->status_string, "cublasLtGetStatusString");
  symbols.find(lt->create, "cublasLtCreate");
  symbols.find(lt->destroy, "cublasLtDestroy");
  symbols.find(lt->matmul, "cublasLtMatmul");
  symbols.find(lt->heuristic, "cublasLtMatmulAlgoGetHeuristic");
  symbols.find(lt->product_create, "cublasLtMatmulDescCreate");
  symbols.find(lt->product_destroy, "cublasLtMatmulDescDestroy");
  symbols.find(lt->product_set, "cublasLtMatmulDescSetAttribute");
  symbols.find(lt->layout_create, "cublasLtMatrixLayoutCreate");
  symbols.find(lt->layout_destroy, "cublasLtMatrixLayoutDestroy");
  symbols.find(lt->layout_set, "cublasLtMatrixLayoutSetAttribute");
  symbols.find(lt->preference_create, "cublasLtMatmulPreferenceCreate");
  symbols.find(lt->preference_destroy, "cublasLtMatmulPreferenceDestroy");
  symbols.find(lt->preference_set, "cublasLtMatmulPreferenceSetAttribute");
  expect_functions(device, library, symbols);
  expect_version(device, library, lt->version(), least_version);
  return lt;
}

std::string CublasLt::text(cublasStatus_t status) const {
  return std::string(status_name(status)) + ": " + status_string(status);
}

}  // namespace dltrain::backends::cuda
