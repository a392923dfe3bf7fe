// From the layers of a spec to graph ops.
#pragma once

#include <map>
#include <string>

#include "core/diagnostic.h"
#include "core/signature.h"
#include "graph/builder.h"
#include "layers/tensor.h"
#include "models/spec.h"

namespace dltrain::models {

using Tensors = std::map<std::string, layers::Tensor>;

// The model's inputs as graph inputs of `batch` rows, by name. `signature` gives shapes and dtypes.
Tensors assemble_inputs(graph::Builder& b, const ModelSpec& model, const DataSignature& signature, int64_t batch);

// Emits every layer in its own scope. `values` holds the inputs on entry, and every layer's first output on return.
// Layers that do not fit are reported, and those behind them left out.
void assemble_layers(graph::Builder& b, const ModelSpec& model, Tensors& values, Diagnostics& diagnostics);

}  // namespace dltrain::models
