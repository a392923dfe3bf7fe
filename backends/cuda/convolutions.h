// Convolutions of images through cuDNN. What the library proposes for one is asked for once in a session, so that equal
// convolutions on equal GPUs are computed alike.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "backends/cuda/convolution_plan.h"
#include "backends/cuda/queue.h"

namespace dltrain::backends::cuda {

class Convolutions {
 public:
  // Throws UserError (device) if the library cannot be used.
  Convolutions(Queue& queue, const BackendOptions& options);
  ~Convolutions();
  Convolutions(const Convolutions&) = delete;
  Convolutions& operator=(const Convolutions&) = delete;

  // Null if the library has no way to compute it; `reason` is why. The plan lives as long as this.
  const ConvolutionPlan* choose(const Convolution& convolution, std::string& reason);
  // Enqueues it. `images`, `kernel` and `results` are read or written as its kind has it; bias is read if it has one.
  void run(const ConvolutionPlan& plan, const void* images, const void* kernel, const void* results, const void* bias,
           void* workspace) const;

 private:
  struct Known {
    std::unique_ptr<ConvolutionPlan> plan;
    std::string reason;
  };

  Queue& queue_;
  BackendOptions options_;
  std::unique_ptr<Cudnn> cudnn_;
  cudnnHandle_t handle_ = nullptr;
  std::map<Convolution, Known> known_;
};

}  // namespace dltrain::backends::cuda
