// Dropout: noise during training that keeps units from relying on each other.
#include "core/random.h"
#include "graph/ops.h"
#include "layers/layer.h"
#include "layers/support/axes.h"

namespace dltrain::layers {
namespace {

struct Dropout {
  static constexpr auto kind = "Dropout";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::pass};
  double rate = 0;
  std::optional<std::vector<int64_t>> noise_shape;
  std::optional<int64_t> seed;

  static void describe(auto& d) {
    d.doc(
        "In training, zeroes elements with probability `rate` and scales the others by 1 / (1 - rate) (Srivastava et "
        "al. "
        "2014). Nothing in inference.");
    d.param(&Dropout::rate, "rate", "share of the elements that become zero")
        .required()
        .at_least(0)
        .less_than(1)
        .formerly("p");
    d.param(&Dropout::noise_shape, "noise_shape",
            "size of the noise along each axis, samples first: 1 shares one draw along it, -1 is the input's size")
        .at_least(-1);
    d.param(&Dropout::seed, "seed",
            "tells its random numbers from those of other layers; without it the layer's name does");
  }

  Value build(Builder& b, Value x) const {
    if (!b.training() || rate == 0) return x;
    const std::string purpose = seed ? "dropout " + std::to_string(*seed) : "dropout";
    return graph::dropout(b, x, rate, b.random_stream(purpose), noise_sizes(b, b.shape(x)));
  }

 private:
  std::vector<int64_t> noise_sizes(const Builder& b, const Shape& shape) const {
    if (!noise_shape) return {};
    bool fits = noise_shape->size() == shape.rank();
    for (size_t i = 0; fits && i < shape.rank(); ++i) {
      const int64_t size = (*noise_shape)[i];
      fits = size == -1 || size == 1 || size == shape[i];
    }
    if (!fits) {
      b.fail("shape",
             "noise_shape " + Shape(*noise_shape).text() + " does not fit the input (" + sample_text(shape) + ")",
             "give one size for each axis: 1, or -1 for that of the input");
    }
    return *noise_shape;  // with its -1: a batch of one sample is not a draw that all samples share
  }
};

}  // namespace

void register_dropout(LayerRegistry& registry) { add_layer<Dropout>(registry); }

}  // namespace dltrain::layers
