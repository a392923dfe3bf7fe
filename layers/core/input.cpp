// Input: the first layer of a Sequential as Keras users write it. The model's inputs come from the data; this only
// checks.
#include "layers/layer.h"
#include "layers/support/axes.h"

namespace dltrain::layers {
namespace {

struct Input {
  static constexpr auto kind = "Input";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::pass, .takes = Takes::any};
  std::vector<int64_t> shape;

  static void describe(auto& d) {
    d.doc("Passes its input on and checks its shape. Not needed: the shape comes from the data.");
    d.alias("InputLayer");
    d.param(&Input::shape, "shape", "of one sample; -1 where any size will do").required().at_least(-1);
  }

  Value build(Builder& b, Value x) const {
    const Shape given = b.shape(x).from(1);
    bool fits = given.rank() == shape.size();
    for (size_t i = 0; fits && i < shape.size(); ++i) fits = shape[i] == -1 || shape[i] == given[i];
    if (!fits) {
      b.fail("input-shape", "wants samples of shape " + Shape(shape).text() + " (the data has " + given.text() + ")",
             "leave the layer out, or write shape = " + given.text());
    }
    return x;
  }
};

}  // namespace

void register_input(LayerRegistry& registry) { add_layer<Input>(registry); }

}  // namespace dltrain::layers
