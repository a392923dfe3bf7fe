// Activations over an axis: each vector along it becomes a distribution, or its logarithm.
#include "graph/ops.h"
#include "layers/activations.h"
#include "layers/support/axes.h"

namespace dltrain::layers {
namespace {

struct Softmax {
  static constexpr auto kind = "softmax";
  int64_t axis = -1;
  static void describe(auto& d) {
    d.doc("e^x divided by its sum along `axis`: positive, sums to 1.");
    d.param(&Softmax::axis, "axis", "along which it sums to 1; 0 counts samples, -1 is the last");
  }
  Value activate(Builder& b, Value x) const {
    return on_last_axis(b, x, {axis}, "axis", [&](Value moved) { return graph::softmax(b, moved); });
  }
};

struct LogSoftmax {
  static constexpr auto kind = "log_softmax";
  int64_t axis = -1;
  static void describe(auto& d) {
    d.doc("The logarithm of softmax, without forming the softmax.");
    d.param(&LogSoftmax::axis, "axis", "along which the softmax sums to 1; 0 counts samples, -1 is the last");
  }
  Value activate(Builder& b, Value x) const {
    return on_last_axis(b, x, {axis}, "axis", [&](Value moved) { return graph::log_softmax(b, moved); });
  }
};

}  // namespace

void register_softmax(ActivationRegistry& registry) {
  add_activation<Softmax>(registry);
  add_activation<LogSoftmax>(registry);
}

}  // namespace dltrain::layers
