#include "tests/cuda/stand_in/convolve.h"

#include <vector>

namespace dltrain::stand_in {

namespace {

bool lies_channels_last(const Tensor& t) {
  const auto& s = t.sizes;
  return t.strides[1] == 1 && t.strides[3] == s[1] && t.strides[2] == s[3] * s[1] && t.strides[0] == s[2] * s[3] * s[1];
}

// Calls visit(places of image, kernel and result) for every product that the definition has.
template <class Visit> void each_product(const Convolve& c, Visit visit) {
  const auto at = [](const Tensor& t, int64_t a, int64_t b, int64_t y, int64_t x) {
    return a * t.strides[0] + b * t.strides[1] + y * t.strides[2] + x * t.strides[3];
  };
  const int64_t depth = c.kernel.sizes[1];
  const int64_t groups = c.images.sizes[1] / depth;
  const int64_t filters = c.kernel.sizes[0] / groups;  // of a group
  for (int64_t n = 0; n < c.results.sizes[0]; ++n) {
    for (int64_t f = 0; f < c.kernel.sizes[0]; ++f) {
      for (int64_t row = 0; row < c.results.sizes[2]; ++row) {
        for (int64_t column = 0; column < c.results.sizes[3]; ++column) {
          for (int64_t kh = 0; kh < c.kernel.sizes[2]; ++kh) {
            const int64_t y = row * c.strides[0] + kh * c.dilation[0] - c.padding[0];
            for (int64_t kw = 0; y >= 0 && y < c.images.sizes[2] && kw < c.kernel.sizes[3]; ++kw) {
              const int64_t x = column * c.strides[1] + kw * c.dilation[1] - c.padding[1];
              if (x < 0 || x >= c.images.sizes[3]) continue;
              for (int64_t d = 0; d < depth; ++d)
                visit(at(c.images, n, f / filters * depth + d, y, x), at(c.kernel, f, d, kh, kw),
                      at(c.results, n, f, row, column));
            }
          }
        }
      }
    }
  }
}

}  // namespace

int64_t elements_of(const Tensor& t) { return t.sizes[0] * t.sizes[1] * t.sizes[2] * t.sizes[3]; }

bool fits(const Convolve& c, const int64_t (&padding_after)[2]) {
  for (const Tensor* tensor : {&c.images, &c.kernel, &c.results}) {
    if (elements_of(*tensor) < 1 || !lies_channels_last(*tensor)) return false;
  }
  const int64_t depth = c.kernel.sizes[1];
  bool good = c.images.sizes[0] == c.results.sizes[0] && c.kernel.sizes[0] == c.results.sizes[1] &&
              c.images.sizes[1] % depth == 0 && c.kernel.sizes[0] % (c.images.sizes[1] / depth) == 0;
  for (int side = 0; side < 2; ++side) {
    if (c.strides[side] < 1 || c.dilation[side] < 1 || c.padding[side] < 0) return false;
    const int64_t reach = (c.kernel.sizes[2 + side] - 1) * c.dilation[side] + 1;
    const int64_t padded = c.images.sizes[2 + side] + c.padding[side] + padding_after[side];
    good = good && padded >= reach && (padded - reach) / c.strides[side] + 1 == c.results.sizes[2 + side];
  }
  return good;
}

void convolve(const Convolve& c, void* images, void* kernel, void* results, const void* bias) {
  void* const out = c.kind == Convolve::forward ? results : c.kind == Convolve::to_images ? images : kernel;
  const Tensor& written = c.kind == Convolve::forward ? c.results : c.kind == Convolve::to_images ? c.images : c.kernel;
  std::vector<float> sums(static_cast<size_t>(elements_of(written)), 0.0F);
  const auto read = [&](const void* from, int64_t place) {
    const auto number = read_number<float>(from, c.storage, place);
    return c.rounds ? tensorfloat32(number) : number;
  };
  each_product(c, [&](int64_t image, int64_t weight, int64_t result) {
    switch (c.kind) {
      case Convolve::forward: sums[static_cast<size_t>(result)] += read(images, image) * read(kernel, weight); return;
      case Convolve::to_images:
        sums[static_cast<size_t>(image)] += read(kernel, weight) * read(results, result);
        return;
      case Convolve::to_kernel:
        sums[static_cast<size_t>(weight)] += read(images, image) * read(results, result);
        return;
    }
  });
  const auto channels = static_cast<size_t>(written.sizes[1]);
  for (size_t i = 0; i < sums.size(); ++i) {
    float sum = sums[i];
    if (c.bias) sum += read_number<float>(bias, c.storage, static_cast<int64_t>(i % channels));
    write_number(out, c.storage, static_cast<int64_t>(i), c.relu && sum < 0 ? 0.0F : sum);
  }
}

}  // namespace dltrain::stand_in
