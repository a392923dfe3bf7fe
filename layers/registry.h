// Every layer that a recipe can name: how it is described, what it takes, how it is built. models/ builds layers
// through this registry only; the number of inputs, their dtype and the rule for masks are checked and applied here,
// once.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "layers/component_registry.h"
#include "layers/tensor.h"

namespace dltrain::layers {

struct InputCount {
  size_t least;
  size_t most;  // 0: any number
  std::string text() const;  // "1 input", "at least 2 inputs"
};
constexpr InputCount exactly(size_t count) { return {count, count}; }
constexpr InputCount at_least(size_t count) { return {count, 0}; }

// What becomes of the mask of the first input (as Keras' supports_masking and compute_mask).
enum class MaskRule {
  none,     // the layer does not know masks: the mask is lost, worth a warning (loses_mask)
  pass,     // outputs carry it on
  compute,  // build reads and sets masks itself
  stop,     // the layer has used it up, or makes it meaningless
};

// Which dtypes build sees. real: everything is cast to the builder's real dtype first. any: as they come.
enum class Takes {
  real,
  any
};

struct LayerTraits {
  InputCount inputs = exactly(1);
  MaskRule mask = MaskRule::pass;
  Takes takes = Takes::real;
};

// What a layer must learn from the training data before training: the mean and the biased variance of its input for
// each index along `axes` (over all other axes and all samples), as the buffers PATH/mean and PATH/variance of shape
// `shape`.
struct Adaptation {
  std::vector<int64_t> axes;  // ascending, counted from 0 = samples; empty: one mean for everything
  Shape shape;                // the sizes along axes
  bool operator==(const Adaptation&) const = default;
};

struct LayerKind {
  Schema schema;
  LayerTraits traits;
  std::vector<Tensor> (*build)(const Component&, Builder&, std::span<const Tensor>);
  // Null unless the layer adapts; nothing where its parameters say everything. `input` is the shape of its input.
  std::optional<Adaptation> (*adaptation)(const Component&, const Shape& input) = nullptr;
};

class LayerRegistry : public ComponentRegistry<LayerKind> {};

// Built once, never changed.
const LayerRegistry& layer_registry();

// Emits a layer in the builder's current scope (whose path names its weights). Throws UserError (recipe) where the
// inputs do not fit. `layer` is in canonical form.
std::vector<Tensor> build_layer(const Component& layer, Builder& builder, std::span<const Tensor> inputs);
// Whether a mask gets lost here although something behind may want it.
bool loses_mask(const Component& layer, std::span<const Tensor> inputs);
// What must be learned from the data, see Adaptation. `input` is a whole shape [N, ...].
std::optional<Adaptation> adaptation(const Component& layer, const Shape& input);

// Adds the schemas of all families of this folder: layer, activation, initializer, regularizer, constraint.
void fill_catalogue(Catalogue& catalogue);

}  // namespace dltrain::layers
