// The libraries of NVIDIA's that kernels are made with, each opened when the first kernel needs it.
#pragma once

#include <memory>

#include "backends/cuda/attentions.h"
#include "backends/cuda/convolutions.h"
#include "backends/cuda/products.h"

namespace dltrain::backends::cuda {

class Libraries {
 public:
  Libraries(Queue& queue, const BackendOptions& options) : queue_(queue), options_(options) {}

  const BackendOptions& options() const { return options_; }
  // Throws UserError (device) if the library cannot be used.
  Products& products() {
    if (products_ == nullptr) products_ = std::make_unique<Products>(queue_, options_);
    return *products_;
  }
  Convolutions& convolutions() {
    if (convolutions_ == nullptr) convolutions_ = std::make_unique<Convolutions>(cudnn());
    return *convolutions_;
  }
  Attentions& attentions() {
    if (attentions_ == nullptr) attentions_ = std::make_unique<Attentions>(cudnn());
    return *attentions_;
  }

 private:
  CudnnSession& cudnn() {
    if (cudnn_ == nullptr) cudnn_ = std::make_unique<CudnnSession>(queue_, options_);
    return *cudnn_;
  }

  Queue& queue_;
  BackendOptions options_;
  std::unique_ptr<Products> products_;
  std::unique_ptr<CudnnSession> cudnn_;  // before those that use it
  std::unique_ptr<Convolutions> convolutions_;
  std::unique_ptr<Attentions> attentions_;
};

}  // namespace dltrain::backends::cuda
