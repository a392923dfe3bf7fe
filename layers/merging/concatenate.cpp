// Concatenate: its inputs one behind the other along an axis.
#include "graph/ops.h"
#include "layers/layer.h"
#include "layers/support/axes.h"
#include "layers/support/merging.h"

namespace dltrain::layers {
namespace {

struct Concatenate {
  static constexpr auto kind = "Concatenate";
  static constexpr LayerTraits traits = {.inputs = at_least(2), .mask = MaskRule::compute};
  int64_t axis = -1;

  static void describe(auto& d) {
    d.doc("Its inputs one behind the other along `axis`; all other sizes must be equal.");
    d.param(&Concatenate::axis, "axis", "along which sizes add up").formerly("concat_axis");
  }

  Tensor build(Builder& b, std::span<const Tensor> inputs) const {
    const int64_t along = axis_of(b, inputs.front().value, axis, "axis");
    expect_equal(b, inputs, static_cast<size_t>(along));
    std::vector<Value> values;
    for (const Tensor& input : inputs) values.push_back(input.value);
    return {graph::concat(b, std::move(values), along), mask(b, inputs, along)};
  }

 private:
  static void expect_equal(const Builder& b, std::span<const Tensor> inputs, size_t along) {
    const Shape& first = b.shape(inputs.front().value);
    for (const Tensor& input : inputs) {
      Shape shape = b.shape(input.value);
      if (shape.rank() == first.rank()) shape[along] = first[along];
      if (shape == first) continue;
      b.fail("merge-shapes",
             "inputs of the shapes " + shapes_text(b, inputs) + " differ along another axis than axis " +
                 std::to_string(along),
             "all sizes but those along axis must be equal; choose another axis, or a Reshape or Flatten before it");
    }
  }

  // True where any element along the last axis counts; inputs without a mask count everywhere.
  static std::optional<Value> mask(Builder& b, std::span<const Tensor> inputs, int64_t along) {
    bool any = false;
    std::vector<Value> masks;
    for (const Tensor& input : inputs) {
      any = any || input.mask.has_value();
      const Shape shape = b.shape(input.value);
      if (!input.mask) {
        masks.push_back(graph::full(b, b.real(), shape, 1));
        continue;
      }
      Value mask = graph::cast(b, *input.mask, b.real());
      if (b.shape(mask).rank() < shape.rank()) mask = graph::reshape(b, mask, b.shape(mask).concat({1}));
      masks.push_back(graph::broadcast_to(b, mask, shape));
    }
    if (!any) return std::nullopt;
    return graph::cast(b, graph::reduce_max(b, graph::concat(b, std::move(masks), along), {-1}), DType::boolean);
  }
};

}  // namespace

void register_concatenate(LayerRegistry& registry) { add_layer<Concatenate>(registry); }

}  // namespace dltrain::layers
