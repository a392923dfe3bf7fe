#include "backends/onednn/registry.h"

namespace dltrain::backends::onednn {

void register_all(KernelRegistry&);  // generated

const KernelRegistry& kernel_registry() {
  static const KernelRegistry registry = [] {
    KernelRegistry all;
    register_all(all);
    return all;
  }();
  return registry;
}

Support only_real(const Request& request, bool narrow) {
  const DType dtype = request.input(0).dtype;
  if (dtype == DType::f32 || (narrow && dtype == DType::bf16)) return {};
  return {false, std::string("it computes in float32") + (narrow ? " or bfloat16" : "") + " (was " +
                     request.input(0).text() + ")"};
}

}  // namespace dltrain::backends::onednn
