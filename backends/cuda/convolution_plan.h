// How cuDNN describes convolutions of images, channels last, summed up in float32.
#pragma once

#include <array>
#include <compare>
#include <memory>
#include <string>

#include "backends/cuda/cudnn_plan.h"

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

// Null if the library has no way to compute it; `reason` is why.
std::unique_ptr<CudnnPlan> make_plan(const CudnnPlanner& planner, const Convolution& convolution, std::string& reason);

}  // namespace dltrain::backends::cuda
