#include "backends/onednn/kernel.h"

#include "backends/onednn/denormals.h"

namespace dltrain::backends::onednn {

std::unique_ptr<Kernel> make_kernel(KernelInfo info, Body body) {
  return make_function_kernel(std::move(info), [body = std::move(body)](const Arguments& arguments) {
    const FlushDenormals guard;
    body(arguments);
  });
}

std::string own_name(const Request& request) { return "own:" + request.machine.instruction_set; }

KernelInfo own_info(const Request& request, double flops) {
  KernelInfo info;
  info.implementation = own_name(request);
  info.flops = flops;
  info.bytes = bytes_moved(request);
  return info;
}

}  // namespace dltrain::backends::onednn
