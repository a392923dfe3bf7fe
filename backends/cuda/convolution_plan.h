// How cuDNN describes convolutions of images, channels last, summed up in float32, and which of its engines is taken for
// one.
#pragma once

#include <array>
#include <compare>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "backends/cuda/cudnn.h"
#include "backends/factory.h"
#include "core/dtype.h"

namespace dltrain::backends::cuda {

enum class ConvolutionKind {
  forward,  // images, kernel (, bias) -> results
  to_images,  // gradient of results, kernel -> gradient of images
  to_kernel  // images, gradient of results -> gradient of kernel
};

// Images [n, h, w, c], results [n, oh, ow, f], and the kernel as cuDNN has it: [f, kh, kw, c / groups].
struct Convolution {
  ConvolutionKind kind = ConvolutionKind::forward;
  DType dtype = DType::f32;  // of all that it reads and writes: float32, bfloat16 or float16
  int64_t n = 0, h = 0, w = 0, c = 0;
  int64_t f = 0, kh = 0, kw = 0, depth = 0;  // depth: c / groups
  int64_t oh = 0, ow = 0;
  std::array<int64_t, 2> strides{}, dilation{};
  std::array<int64_t, 2> padding{};  // on both sides of rows and of columns
  bool bias = false;  // [f], added to results
  bool relu = false;  // of results

  auto operator<=>(const Convolution&) const = default;
};

// Numbers by which a plan knows what it runs on.
struct ConvolutionIds {
  static constexpr int64_t images = 1, kernel = 2, results = 3, bias = 4;
};

struct ConvolutionPlan {
  std::deque<Descriptor> parts;  // of the plan's description, which may be read as long as the plan lives
  Descriptor plan;
  int64_t workspace = 0;  // bytes
  bool bias = false;
};

class ConvolutionPlanner {
 public:
  // handle: of the GPU; or null, and `device` describes a GPU that is not here (CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR).
  ConvolutionPlanner(const Cudnn& cudnn, const Gpu& gpu, const BackendOptions& options, cudnnHandle_t handle,
                     const Descriptor* device = nullptr)
      : cudnn_(cudnn), gpu_(gpu), options_(options), handle_(handle), device_(device) {}

  // The first plan that the library's heuristics propose and that computes as the options have it. Null if there is
  // none; `reason` is why.
  std::unique_ptr<ConvolutionPlan> plan(const Convolution& convolution, std::string& reason) const;

 private:
  Descriptor make(cudnnBackendDescriptorType_t type) const { return {cudnn_, gpu_, type}; }
  void check(cudnnStatus_t status) const { cudnn_.check(gpu_, status, "to choose how to convolve"); }
  std::vector<Descriptor> proposals(const Descriptor& graph, cudnnBackendHeurMode_t mode) const;
  std::string complaint_about(const Descriptor& proposal, DType dtype) const;
  std::unique_ptr<ConvolutionPlan> build(const Descriptor& proposal, std::string& refusal) const;

  const Cudnn& cudnn_;
  const Gpu& gpu_;
  BackendOptions options_;
  cudnnHandle_t handle_;
  const Descriptor* device_;
};

}  // namespace dltrain::backends::cuda
