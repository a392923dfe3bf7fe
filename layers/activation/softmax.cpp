// Softmax: distributions along an axis, in which masked places have no share.
#include "graph/ops.h"
#include "layers/layer.h"
#include "layers/support/axes.h"

namespace dltrain::layers {
namespace {

struct SoftmaxLayer {
  static constexpr auto kind = "Softmax";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::pass};
  std::vector<int64_t> axis = {-1};

  static void describe(auto& d) {
    d.doc("e^x divided by its sum along `axis` (over several axes together). Masked places get 0.");
    d.param(&SoftmaxLayer::axis, "axis", "along which it sums to 1");
  }
  void check(FieldReport& report) const {
    if (axis.empty()) report.error("axis", "axis must name at least one axis", "leave it out for the last axis");
  }

  Value build(Builder& b, const Tensor& x) const {
    const auto softmax = [&](Value value) {
      return on_last_axis(b, value, axis, "axis", [&](Value last) { return graph::softmax(b, last); });
    };
    if (!x.mask) return softmax(x.value);
    Shape together;
    if (!broadcast(b.shape(x.value), b.shape(*x.mask), together) || together != b.shape(x.value)) {
      b.fail("mask",
             "its mask " + sample_text(b.shape(*x.mask)) + " does not fit the input (" + sample_text(b.shape(x.value)) +
                 ")",
             "apply it to the scores of the steps, [N, steps]");
    }
    const DType dtype = b.dtype(x.value);
    const Value never = graph::full(b, dtype, {}, -1e9);
    const Value y = softmax(graph::select(b, *x.mask, x.value, never));
    return graph::select(b, *x.mask, y, graph::full(b, dtype, {}, 0));  // all masked: softmax would share out evenly
  }
};

}  // namespace

void register_softmax(LayerRegistry& registry) { add_layer<SoftmaxLayer>(registry); }

}  // namespace dltrain::layers
