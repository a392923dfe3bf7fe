#include "backends/onednn/spread.h"

#include <algorithm>

#include "backends/onednn/denormals.h"
#include "backends/onednn/kernel.h"
#include "backends/onednn/panels.h"
#include "backends/onednn/parallel.h"
#include "backends/onednn/primitive.h"
#include "core/checked.h"

namespace dltrain::backends::onednn {

bool spreads(const graph::Attributes& attributes, const Shape& kernel) {
  const auto all = [&](const char* name, int64_t value) {
    const std::vector<int64_t>& numbers = attributes.integers(name);
    return std::all_of(numbers.begin(), numbers.end(), [&](int64_t n) { return n == value; });
  };
  const std::vector<int64_t>& strides = attributes.integers("strides");
  return attributes.integer("groups") == 1 && all("dilation", 1) && all("padding", 0) && strides[0] == kernel[0] &&
         strides[1] == kernel[1] && kernel[1] * kernel[2] % 16 == 0;
}

Support accepts_spread(const Request& request) {
  if (const Support support = only_float32(request); !support.yes) return support;
  if (!spreads(request.node.attributes, request.input(1).shape))
    return {false, "it is for windows side by side that fill vectors"};
  const Shape& dy = request.input(0).shape;
  const Shape& x = request.output().shape;
  const Shape& kernel = request.input(1).shape;
  if (x[1] != dy[1] * kernel[0] || x[2] != dy[2] * kernel[1]) return {false, "windows leave pixels over"};
  return {};
}

namespace {

// inputs dy [N, H, W, F], kernel [kh, kw, C, F] (, bias [C]). For each row of a window, its cells side by side are the
// columns of a matrix with F rows.
class SpreadKernel final : public Kernel {
 public:
  explicit SpreadKernel(const Request& request) : has_bias_(request.node.inputs.size() > 2) {
    const Shape& dy = request.input(0).shape;
    const Shape& kernel = request.input(1).shape;
    image_rows_ = dy[0] * dy[1];
    columns_ = dy[2];
    depth_ = dy[3];
    window_rows_ = kernel[0];
    channels_ = kernel[2];
    width_ = kernel[1] * channels_;
    const double multiplications = static_cast<double>(dy.elements()) * static_cast<double>(window_rows_ * width_);
    info_ = own_info(request, 2 * multiplications);
    std::vector<Panels::Columns> vectors;
    for (int64_t row = 0; row < window_rows_; ++row) {
      for (const Panels::Columns& some : Panels::in_order(width_))
        vectors.push_back({row * width_ + some.begin, some.count});
    }
    const auto group = static_cast<int64_t>(vectors.size()) / window_rows_;
    panels_ = Panels(depth_, std::move(vectors), group);
    parts_ = parts_for(request.machine, multiplications / 8, image_rows_);
    info_.packed_bytes = checked_multiply(panels_.floats(), sizeof(float));
    info_.packed_inputs = {1};
    info_.packed_layout = panels_.layout() + " of rows of windows";
    const StateUse use = state_use(request.graph, request.node.inputs[1]);
    info_.reorders = !use.is_state || use.changes ? 1 : 0;
  }

  void pack(const Arguments& a) override { panels_.pack(input<float>(a, 1), 1, depth_, static_cast<float*>(a.packed)); }

  void run(const Arguments& a) override {
    const FlushDenormals guard;
    in_parallel(parts_, [&](int part) {
      const Range own = part_of(image_rows_, parts_, part);
      for (int64_t row = own.begin; row < own.end; ++row) spread_row(a, row);
    });
  }

 private:
  void spread_row(const Arguments& a, int64_t row) const {
    const int64_t row_floats = columns_ * width_;
    float* to = output<float>(a) + row * window_rows_ * row_floats;
    for (int64_t r = 0; r < window_rows_; ++r, to += row_floats) {
      for (int64_t c = 0; has_bias_ && c < row_floats; c += channels_)
        std::copy_n(input<float>(a, 2), channels_, to + c);
      const float* const from = input<float>(a, 0) + row * columns_ * depth_;
      panels_.multiply(r, static_cast<const float*>(a.packed), {columns_, from, depth_, to, width_, has_bias_});
    }
  }

  bool has_bias_;
  int64_t image_rows_ = 0, columns_ = 0, depth_ = 0, window_rows_ = 0, channels_ = 0, width_ = 0;
  Panels panels_;
  int parts_ = 1;
};

}  // namespace

std::unique_ptr<Kernel> make_spread(const Request& request) { return std::make_unique<SpreadKernel>(request); }

}  // namespace dltrain::backends::onednn
