// Reshape: the same numbers of a sample along other axes.
#include <algorithm>

#include "graph/ops.h"
#include "layers/layer.h"

namespace dltrain::layers {
namespace {

struct Reshape {
  static constexpr auto kind = "Reshape";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::none, .takes = Takes::any};
  std::vector<int64_t> target_shape;

  static void describe(auto& d) {
    d.doc(
        "Gives each sample another shape with as many numbers, in the same order. Input [N, ...], output "
        "[N, target_shape].");
    d.param(&Reshape::target_shape, "target_shape", "of one sample; -1 is the size that is left")
        .formerly("dims")
        .required()
        .at_least(-1);
  }
  void check(FieldReport& report) const {
    if (std::count(target_shape.begin(), target_shape.end(), -1) > 1) {
      report.error("target_shape", "target_shape has more than one -1 (was " + Shape(target_shape).text() + ")",
                   "write all sizes but one");
    }
  }

  Value build(Builder& b, Value x) const {
    const Shape sample = b.shape(x).from(1);
    const int64_t count = sample.elements();
    Shape sizes(target_shape);
    const auto left = std::find(target_shape.begin(), target_shape.end(), -1);
    if (left != target_shape.end()) {
      const auto axis = static_cast<size_t>(left - target_shape.begin());
      sizes[axis] = 1;
      const int64_t others = sizes.elements();
      sizes[axis] = others == 0 ? 0 : count / others;
    }
    if (sizes.elements() != count) {
      b.fail("element-count",
             "target_shape " + Shape(target_shape).text() + " has not the " + std::to_string(count) +
                 " numbers of a sample (the input is " + sample.text() + " per sample)",
             "choose sizes with the product " + std::to_string(count) + ", one of them may be -1");
    }
    return graph::reshape(b, x, Shape{b.shape(x)[0]}.concat(sizes));
  }
};

}  // namespace

void register_reshape(LayerRegistry& registry) { add_layer<Reshape>(registry); }

}  // namespace dltrain::layers
