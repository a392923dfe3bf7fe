// Where Keras 3 puts the weights of each layer in a .weights.h5 file: "layers/dense_1/vars". Names of layers play no
// part; classes and their order do (Keras: src/saving/saving_lib.py, src/ops/function.py map_graph).
#pragma once

#include <string>
#include <vector>

#include "graph/state.h"
#include "models/spec.h"

namespace dltrain::models {

// The layers that own weights or could, in the order of Keras' model.layers, without inputs; reused layers once.
struct KerasLayer {
  std::string name;   // of the layer in the spec
  std::string group;  // "layers/dense_1"
  std::string kind;   // "Dense"
};
std::vector<KerasLayer> keras_layers(const ModelSpec& model);

// A weight or buffer of the model and its data set: number `number` of the group. Trainable ones first, as Keras
// numbers them. Layers that Keras builds of others have groups within theirs.
struct KerasVariable {
  std::string group;  // "layers/dense_1", "layers/lstm/cell"
  std::string name;   // that Keras gives the group: "dense_1", "lstm_cell"
  int number = 0;
  std::string state;  // name of the state
  std::string layer;

  std::string path() const { return group + "/vars/" + std::to_string(number); }
};
std::vector<KerasVariable> keras_variables(const ModelSpec& model, const graph::StateTable& states);

}  // namespace dltrain::models
