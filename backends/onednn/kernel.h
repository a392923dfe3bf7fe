// Kernels whose work is a function on pointers. What they share: flushed denormals, a name, and the bound on bytes.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "backends/backend.h"
#include "backends/onednn/dtypes.h"
#include "backends/onednn/registry.h"

namespace dltrain::backends::onednn {

using Body = std::function<void(const Arguments&)>;

// The kernel that calls `body` in its runs, with denormals flushed.
std::unique_ptr<Kernel> make_kernel(KernelInfo info, Body body);

// The info of an own kernel: named by the instruction set, every input read once and every used output written once.
KernelInfo own_info(const Request& request, double flops);

// How own kernels are called: "own:avx512".
std::string own_name(const Request& request);

// The name of an own kernel that computes what `can` says, for KernelRegistry::add.
template <Support (*can)(const Request&)> std::vector<std::string> own_names(const Request& request) {
  if (!can(request).yes) return {};
  return {own_name(request)};
}

// make((T*)nullptr) for the T that the first input is made of, float or Bfloat16.
template <class F> std::unique_ptr<Kernel> for_dtype(const Request& request, const F& make) {
  std::unique_ptr<Kernel> kernel;
  visit_real(request.input(0).dtype, [&](auto* type) { kernel = make(type); });
  return kernel;
}

}  // namespace dltrain::backends::onednn
