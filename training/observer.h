// Looks at a model that is trained, without touching it: what it computes runs as plans of their own that replace no
// state, so that training is the same, bit for bit, whether somebody looks or not. Such plans may enlarge the arena.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/array.h"
#include "datasets/dataset.h"
#include "training/model.h"

namespace dltrain::training {

using NamedArrays = std::vector<std::pair<std::string, Array>>;

class Observer {
 public:
  // Both outlive the observer.
  Observer(Model& model, const datasets::Dataset& data) : model_(model), data_(data) {}

  const models::Program& program() const { return model_.program(); }
  const datasets::Dataset& data() const { return data_; }
  MemoryUse memory() const { return model_.memory(); }
  const std::string& device() const { return model_.session().backend().device().name; }

  // The operations of a prediction for a batch of the recipe's size.
  graph::Graph graph() const;
  // Whether larger is better, for a value as events have it ("val_accuracy"); losses are better when smaller.
  bool increases(const std::string& value) const;

  // Weights and buffers in the order of their creation, by the name of the state ("dense/kernel").
  NamedArrays weights() const;
  // One of them.
  Array weight(const std::string& name) const { return model_.session().state(name); }
  // The loss of the last step of training; waits for it.
  double loss() const { return model_.loss(); }
  // The outputs of some layers for a batch, in inference, in the order of `wanted`, each of which is one of `layers`.
  NamedArrays outputs(const std::vector<std::string>& layers, const datasets::Batch& batch,
                      const std::vector<std::string>& wanted);
  // The outputs of all layers for a batch, in inference; [batch, ...] each, by the layer's name.
  NamedArrays activations(const datasets::Batch& batch);
  // The gradients of the trained weights that a step on this batch would follow, before clipping, by the weight's name.
  NamedArrays gradients(const datasets::Batch& batch, int64_t step);
  // The outputs of the model in the order of the spec.
  std::vector<Array> predict(const datasets::Batch& batch) { return model_.predict(batch); }
  // What flows into a layer for a batch, in inference.
  Array input_of_layer(const std::string& layer, const datasets::Batch& batch) {
    return model_.input_of_layer(layer, batch);
  }

 private:
  int outputs_plan(const std::vector<std::string>& layers, int64_t batch);

  Model& model_;
  const datasets::Dataset& data_;
  std::map<std::pair<std::vector<std::string>, int64_t>, int> outputs_plans_;  // by layers and batch size
  std::map<int64_t, int> gradient_plans_;  // by batch size
};

}  // namespace dltrain::training
