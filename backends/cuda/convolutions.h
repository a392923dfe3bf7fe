// Convolutions of images through cuDNN.
#pragma once

#include "backends/cuda/convolution_plan.h"
#include "backends/cuda/cudnn_session.h"

namespace dltrain::backends::cuda {

class Convolutions {
 public:
  explicit Convolutions(const CudnnSession& session) : session_(session), plans_(session) {}

  // Null if the library has no way to compute it; `reason` is why. The plan lives as long as this.
  const CudnnPlan* choose(const Convolution& convolution, std::string& reason) {
    return plans_.choose(convolution, reason);
  }
  // Enqueues it. `images`, `kernel` and `results` are read or written as its kind has it; bias is null if it has none.
  void run(const CudnnPlan& plan, const void* images, const void* kernel, const void* results, const void* bias,
           void* workspace) const;

 private:
  const CudnnSession& session_;
  CudnnPlans<Convolution> plans_;
};

}  // namespace dltrain::backends::cuda
