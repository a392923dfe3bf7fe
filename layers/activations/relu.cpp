// relu and its relatives: pieces of straight lines.
#include "graph/ops.h"
#include "layers/activations.h"

namespace dltrain::layers {
namespace {

struct Relu {
  static constexpr auto kind = "relu";
  double negative_slope = 0;
  std::optional<double> max_value;
  double threshold = 0;
  static void describe(auto& d) {
    d.doc(
        "max(x, 0); in general: x from threshold to max_value, max_value above, negative_slope (x - threshold) below.");
    d.param(&Relu::negative_slope, "negative_slope", "slope below the threshold").at_least(0);
    d.param(&Relu::max_value, "max_value", "upper bound of the result; none without it").at_least(0);
    d.param(&Relu::threshold, "threshold", "what is below counts as negative").at_least(0);
  }
  Value activate(Builder& b, Value x) const {
    return graph::relu(b, x, negative_slope, max_value.value_or(-1), threshold);
  }
};

struct Relu6 {
  static constexpr auto kind = "relu6";
  static void describe(auto& d) { d.doc("min(max(x, 0), 6)."); }
  Value activate(Builder& b, Value x) const { return graph::relu(b, x, 0, 6); }
};

struct LeakyRelu {
  static constexpr auto kind = "leaky_relu";
  double negative_slope = 0.2;  // the layer LeakyReLU has 0.3
  static void describe(auto& d) {
    d.doc("x for positive x, negative_slope x below.");
    d.param(&LeakyRelu::negative_slope, "negative_slope", "slope below zero").at_least(0);
  }
  Value activate(Builder& b, Value x) const { return graph::relu(b, x, negative_slope); }
};

struct HardSigmoid {
  static constexpr auto kind = "hard_sigmoid";
  static void describe(auto& d) { d.doc("relu6(x + 3) / 6: the sigmoid in three straight pieces."); }
  Value activate(Builder& b, Value x) const { return graph::hard_sigmoid(b, x); }
};

struct Linear {
  static constexpr auto kind = "linear";
  static void describe(auto& d) { d.doc("x itself."); }
  Value activate(Builder&, Value x) const { return x; }
};

}  // namespace

void register_relu(ActivationRegistry& registry) {
  add_activation<Relu>(registry);
  add_activation<Relu6>(registry);
  add_activation<LeakyRelu>(registry);
  add_activation<HardSigmoid>(registry);
  add_activation<Linear>(registry);
}

}  // namespace dltrain::layers
