#include "backends/cuda/registry.h"

namespace dltrain::backends::cuda {

void register_all(KernelRegistry&);  // generated

const KernelRegistry& kernel_registry() {
  static const KernelRegistry registry = [] {
    KernelRegistry all;
    register_all(all);
    return all;
  }();
  return registry;
}

const char* suffix_of(DType dtype) {
  switch (dtype) {
    case DType::f64: return "float64";
    case DType::f32: return "float32";
    case DType::bf16: return "bfloat16";
    case DType::f16: return "float16";
    case DType::i8: return "int8";
    case DType::u8: return "uint8";
    case DType::i32: return "int32";
    case DType::i64: return "int64";
    case DType::boolean: return "bool";
    default: return nullptr;
  }
}

}  // namespace dltrain::backends::cuda
