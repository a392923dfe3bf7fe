// cuBLASLt as a table of its functions, opened when a model first multiplies matrices.
#pragma once

#include <cublasLt.h>

#include <memory>
#include <string>

namespace dltrain::backends::cuda {

struct CublasLt {
  // Throws UserError (device) if the library is missing, damaged or too old. `file` is what tests look for instead.
  static std::unique_ptr<CublasLt> load(const std::string& device, const std::string& file = "libcublasLt.so.13");

  decltype(&cublasLtGetVersion) version = nullptr;
  decltype(&cublasLtGetStatusName) status_name = nullptr;
  decltype(&cublasLtGetStatusString) status_string = nullptr;
  decltype(&cublasLtCreate) create = nullptr;
  decltype(&cublasLtDestroy) destroy = nullptr;
  decltype(&cublasLtMatmul) matmul = nullptr;
  decltype(&cublasLtMatmulAlgoGetHeuristic) heuristic = nullptr;
  decltype(&cublasLtMatmulDescCreate) product_create = nullptr;
  decltype(&cublasLtMatmulDescDestroy) product_destroy = nullptr;
  decltype(&cublasLtMatmulDescSetAttribute) product_set = nullptr;
  decltype(&cublasLtMatrixLayoutCreate) layout_create = nullptr;
  decltype(&cublasLtMatrixLayoutDestroy) layout_destroy = nullptr;
  decltype(&cublasLtMatrixLayoutSetAttribute) layout_set = nullptr;
  decltype(&cublasLtMatmulPreferenceCreate) preference_create = nullptr;
  decltype(&cublasLtMatmulPreferenceDestroy) preference_destroy = nullptr;
  decltype(&cublasLtMatmulPreferenceSetAttribute) preference_set = nullptr;

  // "CUBLAS_STATUS_NOT_SUPPORTED: the functionality requested is not supported"
  std::string text(cublasStatus_t status) const;
};

}  // namespace dltrain::backends::cuda
