#include "backends/cuda/convolutions.h"

#include <array>

namespace dltrain::backends::cuda {

void Convolutions::run(const CudnnPlan& plan, const void* images, const void* kernel, const void* results,
                       const void* bias, void* workspace) const {
  using Ids = ConvolutionIds;
  const std::array<CudnnSession::Bound, 4> tensors = {
      {{Ids::images, images}, {Ids::kernel, kernel}, {Ids::results, results}, {Ids::bias, bias}}};
  session_.run(plan, std::span(tensors).first(bias == nullptr ? 3 : 4), workspace, "to convolve");
}

}  // namespace dltrain::backends::cuda
