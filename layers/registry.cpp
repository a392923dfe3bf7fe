#include "layers/registry.h"

#include "core/checked.h"
#include "graph/ops.h"
#include "layers/activations.h"
#include "layers/constraints.h"
#include "layers/initializers.h"
#include "layers/regularizers.h"

namespace dltrain::layers {

void register_all(LayerRegistry& registry);  // generated

const LayerRegistry& layer_registry() {
  static const LayerRegistry registry = [] {
    LayerRegistry filled;
    register_all(filled);
    return filled;
  }();
  return registry;
}

std::string InputCount::text() const {
  const std::string inputs = std::to_string(least) + (least == 1 ? " input" : " inputs");
  return least == most ? inputs : "at least " + inputs;
}

namespace {

void check_count(const InputCount& wanted, Builder& builder, size_t given) {
  if (given >= wanted.least && (wanted.most == 0 || given <= wanted.most)) return;
  const bool too_many = given > wanted.least;
  builder.fail("input-count", "takes " + wanted.text() + " (was given " + std::to_string(given) + ")",
               too_many ? "name one in inputs; a merging layer such as Add or Concatenate makes one of several"
                        : "name what it takes: inputs = [\"a\", \"b\"]");
}

std::vector<Tensor> as_taken(Takes takes, Builder& builder, std::span<const Tensor> inputs) {
  std::vector<Tensor> taken(inputs.begin(), inputs.end());
  if (takes == Takes::any) return taken;
  for (Tensor& tensor : taken) tensor.value = graph::cast(builder, tensor.value, builder.real());
  return taken;
}

}  // namespace

std::vector<Tensor> build_layer(const Component& layer, Builder& builder, std::span<const Tensor> inputs) {
  const LayerKind& kind = layer_registry().at(layer);
  check_count(kind.traits.inputs, builder, inputs.size());
  const std::vector<Tensor> taken = as_taken(kind.traits.takes, builder, inputs);
  std::vector<Tensor> outputs;
  try {
    outputs = kind.build(layer, builder, taken);
  } catch (const SizeOverflow&) {
    builder.fail("too-large", "the sizes of this layer are larger than any memory",
                 "make its parameters or its input smaller");
  }
  if (kind.traits.mask == MaskRule::compute) return outputs;
  for (Tensor& output : outputs) {
    output.mask = kind.traits.mask == MaskRule::pass ? inputs.front().mask : std::nullopt;
  }
  return outputs;
}

bool loses_mask(const Component& layer, std::span<const Tensor> inputs) {
  if (layer_registry().at(layer).traits.mask != MaskRule::none) return false;
  for (const Tensor& input : inputs) {
    if (input.mask) return true;
  }
  return false;
}

std::optional<Adaptation> adaptation(const Component& layer, const Shape& input) {
  const LayerKind& kind = layer_registry().at(layer);
  return kind.adaptation == nullptr ? std::nullopt : kind.adaptation(layer, input);
}

void fill_catalogue(Catalogue& catalogue) {
  layer_registry().fill(catalogue);
  activation_registry().fill(catalogue);
  initializer_registry().fill(catalogue);
  regularizer_registry().fill(catalogue);
  constraint_registry().fill(catalogue);
}

}  // namespace dltrain::layers
