// What a message about a layer adds where the layer's values do not stand with it: a recipe that extends its recipe, --set,
// or the use of a block or of a model of the zoo gives them.
#pragma once

#include "models/spec.h"

namespace dltrain::models {

// Where messages about a component point that stands at `place`: there, or at the last of its keys that comes from another
// text: a recipe that builds on the one it stands in, or --set.
Place place_of_change(const Component& component, const Place& place);

// Notes on the values of a layer that stand in other texts than the layer, three at most, and on the layer where the
// message points at one of them.
void note_values_elsewhere(const LayerSpec& layer, Diagnostic& diagnostic);

// Messages about outputs that are layers of models of the zoo: where the model is used, and which of its keys are keys of
// the layer. Such a layer is not the user's to change.
void note_outputs_of_zoo(const ModelSpec& model, Diagnostics& diagnostics);

}  // namespace dltrain::models
