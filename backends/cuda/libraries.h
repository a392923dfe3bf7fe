// The libraries of NVIDIA's that kernels are made with, each opened when the first kernel needs it.
#pragma once

#include <memory>

#include "backends/cuda/products.h"

namespace dltrain::backends::cuda {

class Libraries {
 public:
  Libraries(Queue& queue, const BackendOptions& options) : queue_(queue), options_(options) {}

  // Throws UserError (device) if the library cannot be used.
  Products& products() {
    if (products_ == nullptr) products_ = std::make_unique<Products>(queue_, options_);
    return *products_;
  }

 private:
  Queue& queue_;
  BackendOptions options_;
  std::unique_ptr<Products> products_;
};

}  // namespace dltrain::backends::cuda
