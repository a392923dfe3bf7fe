// Rescaling: numbers from one range to another, such as bytes to 0 .. 1.
#include "graph/ops.h"
#include "layers/layer.h"
#include "layers/support/axes.h"

namespace dltrain::layers {
namespace {

struct Rescaling {
  static constexpr auto kind = "Rescaling";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::pass};
  std::vector<double> scale = {1};
  std::vector<double> offset = {0};

  static void describe(auto& d) {
    d.doc("x scale + offset, in training and in inference.");
    d.param(&Rescaling::scale, "scale", "factor, or one for each index of the last axis; \"1/255\" makes bytes 0 .. 1")
        .required();
    d.param(&Rescaling::offset, "offset", "added afterwards; one number, or one for each index of the last axis");
  }

  Value build(Builder& b, Value x) const {
    const bool one_factor = scale.size() == 1;
    const Value scaled = one_factor ? graph::mul(b, x, scale[0]) : graph::mul(b, x, spread(b, x, scale, "scale"));
    if (offset.size() != 1) return graph::add(b, scaled, spread(b, x, offset, "offset"));
    return offset[0] == 0 ? scaled : graph::add(b, scaled, offset[0]);
  }

 private:
  static Value spread(Builder& b, Value x, const std::vector<double>& numbers, const char* field) {
    const auto count = static_cast<int64_t>(numbers.size());
    const Shape& shape = b.shape(x);
    if (shape.rank() < 2 || shape.back() != count) {
      b.fail("shape",
             std::string(field) + " has " + std::to_string(count) +
                 " numbers, not as many as the last axis of the input (" + sample_text(shape) + ")",
             "give one number, or one for each index of the last axis");
    }
    return graph::constant(b, b.dtype(x), {count}, numbers);
  }
};

}  // namespace

void register_rescaling(LayerRegistry& registry) { add_layer<Rescaling>(registry); }

}  // namespace dltrain::layers
