// Flatten: all axes of a sample become one.
#include "graph/ops.h"
#include "layers/layer.h"
#include "layers/support/channels.h"

namespace dltrain::layers {
namespace {

struct Flatten {
  static constexpr auto kind = "Flatten";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::none, .takes = Takes::any};
  DataFormat data_format = DataFormat::channels_last;

  static void describe(auto& d) {
    d.doc("Makes one axis of all axes of a sample. Input [N, ...], output [N, product of the sizes].");
    describe_data_format<Flatten>(d);
  }
  void check(FieldReport& report) const { check_data_format(data_format, report); }

  Value build(Builder& b, Value x) const {
    const Shape shape = b.shape(x);
    if (shape.rank() == 2) return x;
    return graph::reshape(b, x, {shape[0], shape.from(1).elements()});
  }
};

}  // namespace

void register_flatten(LayerRegistry& registry) { add_layer<Flatten>(registry); }

}  // namespace dltrain::layers
