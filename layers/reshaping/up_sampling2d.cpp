// UpSampling2D: images that are larger by whole factors.
#include "core/checked.h"
#include "graph/ops.h"
#include "layers/layer.h"
#include "layers/support/channels.h"
#include "layers/support/resampling.h"

namespace dltrain::layers {
namespace {

struct UpSampling2D {
  static constexpr auto kind = "UpSampling2D";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::none};
  std::array<int64_t, 2> size = {2, 2};
  Interpolation interpolation = Interpolation::nearest;
  DataFormat data_format = DataFormat::channels_last;

  static void describe(auto& d) {
    d.doc("Enlarges images. Input [N, height, width, channels], output [N, height size[0], width size[1], channels].");
    d.param(&UpSampling2D::size, "size", "factors of height and width").at_least(1);
    d.param(&UpSampling2D::interpolation, "interpolation", "what new pixels are made of; nearest repeats the old ones");
    describe_data_format<UpSampling2D>(d);
  }
  void check(FieldReport& report) const { check_data_format(data_format, report); }

  Value build(Builder& b, Value x) const {
    expect_rank(b, x, 4, images_text);
    return interpolation == Interpolation::nearest ? repeated(b, x) : resampled(b, x);
  }

 private:
  Value repeated(Builder& b, Value x) const {
    const Shape s = b.shape(x);
    const Value spread = graph::reshape(b, x, {s[0], s[1], 1, s[2], 1, s[3]});
    const Value copies = graph::broadcast_to(b, spread, {s[0], s[1], size[0], s[2], size[1], s[3]});
    return graph::reshape(b, copies, {s[0], checked_multiply(s[1], size[0]), checked_multiply(s[2], size[1]), s[3]});
  }

  // Rows, then columns, as products with the matrices of weights.
  Value resampled(Builder& b, Value x) const {
    const Shape s = b.shape(x);
    const int64_t height = checked_multiply(s[1], size[0]);
    const int64_t width = checked_multiply(s[2], size[1]);
    const Value rows = graph::constant(b, b.dtype(x), {height, s[1]}, resampling_matrix(interpolation, s[1], height));
    const Value columns = graph::constant(b, b.dtype(x), {width, s[2]}, resampling_matrix(interpolation, s[2], width));
    Value y = graph::matmul(b, rows, graph::reshape(b, x, {s[0], s[1], s[2] * s[3]}));
    y = graph::matmul(b, columns, graph::reshape(b, y, {s[0] * height, s[2], s[3]}));
    return graph::reshape(b, y, {s[0], height, width, s[3]});
  }
};

}  // namespace

void register_up_sampling2d(LayerRegistry& registry) { add_layer<UpSampling2D>(registry); }

}  // namespace dltrain::layers
