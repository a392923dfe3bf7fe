// Convolutions of images, channels last, float32, straight from their definition: one thread for each element of y or of
// the image's gradient, one block for each element of the kernel's gradient. Slow on large ones; cuDNN's are not used
// yet. Names: conv2d, conv2d_grad_input, conv2d_grad_kernel.
#include "backends/cuda/device/block.h"
#include "backends/cuda/device/matmul_parameters.h"

using namespace dltrain::backends::cuda::device;

namespace {

DLTRAIN_GPU bool inside(int i, uint32_t size) { return i >= 0 && i < static_cast<int>(size); }

// a: x, b: kernel.
struct Forward {
  using Parameters = ConvolutionParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    for (uint32_t i = first_element(); i < p.n * p.oh * p.ow * p.f; i += element_step()) {
      const uint32_t f = i % p.f;
      const uint32_t column = i / p.f % p.ow;
      const uint32_t row = i / p.f / p.ow % p.oh;
      const uint32_t n = i / p.f / p.ow / p.oh;
      float sum = 0;
      for (uint32_t kh = 0; kh < p.kh; ++kh) {
        const int h = static_cast<int>(row) * p.stride_h + static_cast<int>(kh) * p.dilation_h - p.top;
        for (uint32_t kw = 0; inside(h, p.h) && kw < p.kw; ++kw) {
          const int w = static_cast<int>(column) * p.stride_w + static_cast<int>(kw) * p.dilation_w - p.left;
          if (!inside(w, p.w)) continue;
          const float* x = p.a + ((n * p.h + static_cast<uint32_t>(h)) * p.w + static_cast<uint32_t>(w)) * p.c +
                           f / p.filters * p.depth;
          const float* kernel = p.b + (kh * p.kw + kw) * p.depth * p.f + f;
          for (uint32_t c = 0; c < p.depth; ++c) sum += x[c] * kernel[c * p.f];
        }
      }
      p.out[i] = sum;
    }
  }
};

// The window that reads cell i through cell k of the kernel, or -1.
DLTRAIN_GPU int window_of(uint32_t i, uint32_t k, int stride, int dilation, int padding, uint32_t windows) {
  const int start = static_cast<int>(i) + padding - static_cast<int>(k) * dilation;
  return start >= 0 && start % stride == 0 && start / stride < static_cast<int>(windows) ? start / stride : -1;
}

// a: dy, b: kernel.
struct GradInput {
  using Parameters = ConvolutionParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    for (uint32_t i = first_element(); i < p.n * p.h * p.w * p.c; i += element_step()) {
      const uint32_t c = i % p.c;
      const uint32_t w = i / p.c % p.w;
      const uint32_t h = i / p.c / p.w % p.h;
      const uint32_t n = i / p.c / p.w / p.h;
      const uint32_t first = c / p.depth * p.filters;
      float sum = 0;
      for (uint32_t kh = 0; kh < p.kh; ++kh) {
        const int row = window_of(h, kh, p.stride_h, p.dilation_h, p.top, p.oh);
        for (uint32_t kw = 0; row >= 0 && kw < p.kw; ++kw) {
          const int column = window_of(w, kw, p.stride_w, p.dilation_w, p.left, p.ow);
          if (column < 0) continue;
          const float* dy =
              p.a + ((n * p.oh + static_cast<uint32_t>(row)) * p.ow + static_cast<uint32_t>(column)) * p.f + first;
          const float* kernel = p.b + ((kh * p.kw + kw) * p.depth + c % p.depth) * p.f + first;
          for (uint32_t f = 0; f < p.filters; ++f) sum += dy[f] * kernel[f];
        }
      }
      p.out[i] = sum;
    }
  }
};

// a: x, b: dy.
struct GradKernel {
  using Parameters = ConvolutionParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    DLTRAIN_SHARED float shared[most_warps];
    for (uint32_t i = Thread::block(); i < p.kh * p.kw * p.depth * p.f; i += Thread::blocks()) {
      const uint32_t f = i % p.f;
      const uint32_t c = i / p.f % p.depth + f / p.filters * p.depth;
      const uint32_t kw = i / p.f / p.depth % p.kw;
      const uint32_t kh = i / p.f / p.depth / p.kw;
      float sum = 0;
      for (uint32_t at = Thread::index(); at < p.n * p.oh * p.ow; at += Thread::count()) {
        const uint32_t column = at % p.ow;
        const uint32_t row = at / p.ow % p.oh;
        const uint32_t n = at / p.ow / p.oh;
        const int h = static_cast<int>(row) * p.stride_h + static_cast<int>(kh) * p.dilation_h - p.top;
        const int w = static_cast<int>(column) * p.stride_w + static_cast<int>(kw) * p.dilation_w - p.left;
        if (!inside(h, p.h) || !inside(w, p.w)) continue;
        sum += p.a[((n * p.h + static_cast<uint32_t>(h)) * p.w + static_cast<uint32_t>(w)) * p.c + c] * p.b[at * p.f + f];
      }
      sum = sum_over_block(sum, shared);
      if (Thread::index() == 0) p.out[i] = sum;
    }
  }
};

}  // namespace

DLTRAIN_KERNEL(conv2d, Forward)
DLTRAIN_KERNEL(conv2d_grad_input, GradInput)
DLTRAIN_KERNEL(conv2d_grad_kernel, GradKernel)
