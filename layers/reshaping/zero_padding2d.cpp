// ZeroPadding2D: rows and columns of zeros around images.
#include "graph/ops.h"
#include "layers/layer.h"
#include "layers/support/channels.h"
#include "layers/support/margins.h"

namespace dltrain::layers {
namespace {

struct ZeroPadding2D {
  static constexpr auto kind = "ZeroPadding2D";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::none};
  Margins2D padding;
  DataFormat data_format = DataFormat::channels_last;

  static void describe(auto& d) {
    d.doc("Surrounds images with zeros. Input [N, height, width, channels].");
    d.param(&ZeroPadding2D::padding, "padding",
            "rows and columns on each side: 1, [rows, columns] or [[top, bottom], [left, right]]")
        .at_least(0);
    describe_data_format<ZeroPadding2D>(d);
  }
  void check(FieldReport& report) const { check_data_format(data_format, report); }

  Value build(Builder& b, Value x) const {
    expect_rank(b, x, 4, images_text);
    return graph::pad(b, x, {0, padding.top, padding.left, 0}, {0, padding.bottom, padding.right, 0});
  }
};

}  // namespace

void register_zero_padding2d(LayerRegistry& registry) { add_layer<ZeroPadding2D>(registry); }

}  // namespace dltrain::layers
