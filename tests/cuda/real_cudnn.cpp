// The real cuDNN on a machine without a GPU: it describes convolutions and attention for a GPU that it is only told of, so that its
// own heuristics and plans hold our descriptors and the rules by which an engine is taken. Skipped where the toolkit of
// scripts/setup --cuda has no libraries.
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <string>
#include <vector>

#include "backends/cuda/attention_plan.h"
#include "backends/cuda/convolution_plan.h"
#include "core/files.h"
#include "tests/cuda/stand_in/control.h"

namespace dltrain::test {

namespace {

namespace cuda = backends::cuda;
using cuda::Attention;
using cuda::Convolution;
using cuda::ConvolutionKind;

// An NVIDIA H100 as cuDNN reads descriptions of GPUs.
constexpr auto h100 =
    R"({"maxGridSize": [2147483647, 65535, 65535], "maxBlockSize": [1024, 1024, 64], "regsPerBlock": 65536,
"multiProcessorCount": 132, "warpSize": 32, "maxSharedMemoryPerBlock": 49152, "maxSharedMemoryPerBlockOptin": 232448,
"reservedSharedMemoryPerBlock": 1024, "maxRegistersPerSM": 65536, "maxCtasPerSM": 32, "maxThreadsPerBlock": 1024,
"maxThreadsPerSM": 2048, "pciDeviceId": 9008, "isTccDriver": 0, "supportCoopLaunch": 1, "totalGlobalMem": 85899345920,
"smClockRateKHz": 1980000, "memClockRateKHz": 2619000, "l2CacheSize": 52428800, "cudaDeviceId": 0,
"deviceName": "NVIDIA H100 80GB HBM3", "deviceVer": 900, "driverVer": 13000})";

std::string real_library() {
  const char* home = std::getenv("HOME");
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const std::string root = cache != nullptr ? cache : std::string(home != nullptr ? home : "") + "/.cache";
  return root + "/dltrain/cuda/nvidia/cudnn/lib/libcudnn.so.9";
}

// Images of [n, size, size, c] and f filters of [kernel, kernel], padded so that a stride of 1 keeps the size.
Convolution square(ConvolutionKind kind, int64_t n, int64_t size, int64_t c, int64_t f, int64_t kernel,
                   int64_t stride = 1, int64_t groups = 1, int64_t dilation = 1, int64_t more_padding = 0) {
  const int64_t padding = kernel / 2 + more_padding;
  const int64_t out = (size + 2 * padding - (kernel - 1) * dilation - 1) / stride + 1;
  Convolution convolution{.kind = kind, .n = n, .h = size, .w = size, .c = c, .f = f, .kh = kernel, .kw = kernel};
  convolution.depth = c / groups;
  convolution.oh = convolution.ow = out;
  convolution.strides = {stride, stride};
  convolution.dilation = {dilation, dilation};
  convolution.padding = {padding, padding};
  return convolution;
}

// Odd sizes, groups, depthwise ones, strides, dilations, more padding than needed.
std::vector<Convolution> examples(ConvolutionKind kind) {
  return {square(kind, 8, 12, 16, 32, 3),
          square(kind, 2, 7, 3, 5, 3),
          square(kind, 1, 5, 1, 1, 1),
          square(kind, 4, 28, 3, 64, 7, 2),
          square(kind, 2, 9, 17, 17, 3, 1, 17),
          square(kind, 2, 8, 6, 4, 3, 2, 2),
          square(kind, 2, 9, 3, 5, 3, 1, 1, 2),
          square(kind, 1, 2, 1, 1, 3, 1, 1, 1, 1),
          square(kind, 2, 9, 17, 17, 3, 1, 17, 3),
          square(kind, 2, 8, 5, 7, 1, 3)};
}

// The real library, told of a GPU that is not here.
struct RealCudnn {
  RealCudnn() {
    device.set_bytes(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, CUDNN_TYPE_CHAR, std::string(h100).size(), h100);
    device.finalize();
  }
  template <class Work> auto plan(const Work& work, const backends::BackendOptions& options,
                                  std::string& reason) const {
    return make_plan(cuda::CudnnPlanner(*cudnn, gpu, options, nullptr, &device), work, reason);
  }
  // What keeps it from computing this (a convolution, an attention); "" if nothing does.
  template <class Work> std::string refusal(const Work& work, const backends::BackendOptions& options = {}) const {
    std::string reason;
    const auto found = plan(work, options, reason);
    return found == nullptr && reason.empty() ? "no reason" : reason;
  }

  cuda::Gpu gpu{cuda::load_driver(), "cuda"};
  std::unique_ptr<cuda::Cudnn> cudnn = cuda::Cudnn::load("cuda:0", real_library());
  cuda::Descriptor device{*cudnn, gpu, CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR};
};

void needs_real_cudnn() {
  needs_stand_in();
  if (!exists(real_library())) SKIP("there is no cuDNN in " + real_library());
  use_stand_in("any_code=1");  // what the library compiles when it plans
  const auto cudnn = cuda::Cudnn::load("cuda:0", real_library());
  if (cudnn->version() < 90800) SKIP("this cuDNN cannot be told of a GPU");
}

void check_plans(const RealCudnn& cudnn, DType dtype) {
  for (const ConvolutionKind kind :
       {ConvolutionKind::forward, ConvolutionKind::to_images, ConvolutionKind::to_kernel}) {
    for (Convolution each : examples(kind)) {
      each.dtype = dtype;
      INFO("kind " << static_cast<int>(kind) << ", channels " << each.c << ", filters " << each.f);
      CHECK(cudnn.refusal(each) == "");
    }
  }
  for (Convolution fused : examples(ConvolutionKind::forward)) {
    fused.dtype = dtype;
    fused.bias = true;
    for (const bool relu : {false, true}) {
      fused.relu = relu;
      INFO("with a bias, channels " << fused.c << ", filters " << fused.f << ", rectified " << relu);
      CHECK(cudnn.refusal(fused) == "");
    }
  }
}

struct Heads {
  int64_t samples, queries, keys, heads, features, values;
};

// With and without a bias for each sample or for all, causal, with sides apart and side by side.
std::vector<Attention> attentions(const Heads& size, DType dtype) {
  std::vector<Attention> all;
  for (const bool causal : {false, true}) {
    for (const int64_t bias_samples : {int64_t{0}, int64_t{1}, size.samples}) {
      if (causal && bias_samples > 0) continue;  // the bias has the order then
      Attention a{.dtype = dtype, .samples = size.samples, .heads = size.heads, .queries = size.queries};
      a.keys = size.keys, a.features = size.features, a.values = size.values;
      a.causal = causal;
      a.bias_samples = bias_samples;
      a.query_apart = bias_samples > 0;
      all.push_back(a);
      a.side_by_side = true;
      if (size.queries == size.keys && size.features == size.values) all.push_back(a);
    }
  }
  return all;
}

}  // namespace

TEST_CASE("cuda: the real cuDNN has plans for our attention and its gradient, in one order, for a GPU of its own") {
  needs_real_cudnn();
  const RealCudnn cudnn;
  // Each plan is compiled, which takes a third of a second.
  for (const auto& [size, dtype] :
       {std::pair{Heads{4, 128, 128, 4, 32, 32}, DType::bf16}, std::pair{Heads{2, 37, 29, 3, 8, 16}, DType::f16},
        std::pair{Heads{2, 1, 50, 2, 40, 40}, DType::bf16}}) {
    for (Attention each : attentions(size, dtype)) {
      INFO(size.queries << " queries, " << size.keys << " keys, " << size.features << " features, causal "
                        << each.causal << ", bias " << each.bias_samples << ", side by side " << each.side_by_side);
      CHECK(cudnn.refusal(each) == "");
      each.backward = true;
      CHECK(cudnn.refusal(each) == "");
      each.in_order = false;
      CHECK(cudnn.refusal(each, {.deterministic = false}) == "");
    }
  }
}

// The library's notes do not tell the two apart: what shows is that one keeps a number of 16 bits for each pair of query
// and key, so that every sum is one block's.
TEST_CASE("cuda: the real cuDNN takes another engine for a gradient of attention with sums in one order") {
  needs_real_cudnn();
  const RealCudnn cudnn;
  Attention attention = attentions({4, 256, 256, 4, 64, 64}, DType::bf16)[0];
  attention.backward = true;
  constexpr int64_t pairs = int64_t{4} * 4 * 256 * 256;
  for (const bool in_order : {true, false}) {
    attention.in_order = in_order;
    std::string reason;
    const auto plan = cudnn.plan(attention, {.deterministic = in_order}, reason);
    REQUIRE(plan != nullptr);
    CHECK((plan->workspace >= 2 * pairs) == in_order);
  }
}

TEST_CASE("cuda: the real cuDNN has plans for our convolutions, in one order and true float32, for a GPU of its own") {
  needs_real_cudnn();
  const RealCudnn cudnn;
  check_plans(cudnn, DType::f32);
  CHECK(cudnn.refusal(square(ConvolutionKind::to_kernel, 8, 12, 16, 32, 3), {.tensorfloat32 = true}) == "");
}

TEST_CASE("cuda: the real cuDNN has plans for convolutions of 16 bits, in one order and with sums in float32") {
  needs_real_cudnn();
  const RealCudnn cudnn;
  for (const DType dtype : {DType::bf16, DType::f16}) check_plans(cudnn, dtype);
}

}  // namespace dltrain::test
