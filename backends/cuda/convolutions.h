// Convolutions of images through cuDNN, channels last, in float32. What the library proposes for one is asked for once in
// a session; the first proposal that fits is taken, so that equal convolutions on equal GPUs are computed alike.
#pragma once

#include <array>
#include <compare>
#include <map>
#include <memory>

#include "backends/cuda/cudnn.h"
#include "backends/cuda/queue.h"
#include "backends/factory.h"

namespace dltrain::backends::cuda {

enum class ConvolutionKind {
  forward,    // images, kernel (, bias) -> results
  to_images,  // gradient of results, kernel -> gradient of images
  to_kernel   // images, gradient of results -> gradient of kernel
};

// Images [n, h, w, c], results [n, oh, ow, f], and the kernel as cuDNN has it: [f, kh, kw, c / groups].
struct Convolution {
  ConvolutionKind kind = ConvolutionKind::forward;
  int64_t n = 0, h = 0, w = 0, c = 0;
  int64_t f = 0, kh = 0, kw = 0, depth = 0;  // depth: c / groups
  int64_t oh = 0, ow = 0;
  std::array<int64_t, 2> strides{}, dilation{};
  std::array<int64_t, 2> padding{};  // on both sides of rows and of columns
  bool bias = false;                 // [f], added to results
  bool relu = false;                 // of results

  auto operator<=>(const Convolution&) const = default;
};

class Convolutions {
 public:
  // Throws UserError (device) if the library cannot be used.
  Convolutions(Queue& queue, const BackendOptions& options);
  ~Convolutions();
  Convolutions(const Convolutions&) = delete;
  Convolutions& operator=(const Convolutions&) = delete;

  struct Choice {
    Descriptor plan;
    int64_t workspace = 0;
    bool bias = false;
  };
  // Null if the library has no way to compute it; `reason` is why.
  const Choice* choose(const Convolution& convolution, std::string& reason);
  // Enqueues it. `images`, `kernel` and `results` are read or written as its kind has it; bias is read if it has one.
  void run(const Choice& choice, const void* images, const void* kernel, const void* results, const void* bias,
           void* workspace) const;

 private:
  struct Known {
    std::unique_ptr<Choice> choice;
    std::string reason;
  };
  Known ask(const Convolution& convolution) const;
  Descriptor make(cudnnBackendDescriptorType_t type) const;
  Descriptor tensor(int64_t id, const std::array<int64_t, 4>& sizes, bool inner = false) const;
  Descriptor window(const Convolution& convolution) const;
  Descriptor pointwise(cudnnPointwiseMode_t mode, const Descriptor& from, const Descriptor* other,
                       const Descriptor& to) const;
  Descriptor graph(const Convolution& convolution) const;
  std::vector<Descriptor> proposals(const Descriptor& graph, cudnnBackendHeurMode_t mode) const;
  std::string complaint_about(const Descriptor& proposal) const;

  Queue& queue_;
  BackendOptions options_;
  std::unique_ptr<Cudnn> cudnn_;
  cudnnHandle_t handle_ = nullptr;
  std::map<Convolution, Known> known_;
};

}  // namespace dltrain::backends::cuda
