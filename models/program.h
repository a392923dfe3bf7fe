// A model with its loss and optimizer as graphs: the parts of a training program. Each part is assembled for a batch size
// and shares the table of states with the others.
//
//   predict(n)    outputs
//   evaluate(n)   inference, adds losses and metrics to the sums of "evaluate"
//   gradient(n)   one micro-batch: adds gradients (of sums, not means) and weights to the gradient states, sums to "train"
//   exchange()    nothing; where processes of a data-parallel run will add up their gradient states
//   apply()       divides by the weights, clips, updates under "all gradients are finite", clears the gradient states
//   train(n)      gradient and apply in one graph, for one micro-batch per step: gradients never leave the arena
#pragma once

#include <string>
#include <vector>

#include "core/diagnostic.h"
#include "core/signature.h"
#include "graph/graph.h"
#include "graph/state.h"
#include "models/spec.h"

namespace dltrain::models {

// A number that accumulates on the device, and how to read it.
struct Tracked {
  std::string name;  // as Keras prints it: "loss", "kind_accuracy"
  std::string output;  // of the model; empty for the total loss
  std::vector<std::string> states;  // sums, of the set asked for
  const Component* metric = nullptr;  // null: a loss, states[0] / states[1]
};

class ProgramBuilder;

enum class SumSet {
  train,
  evaluate
};

class Program {
 public:
  // Throws UserError (recipe) with everything that does not fit, found by assembling each part once.
  Program(const Spec& spec, DataSignature signature, DType real = DType::f32);

  graph::Graph predict(int64_t batch);
  graph::Graph evaluate(int64_t batch);
  graph::Graph gradient(int64_t batch);
  graph::Graph exchange();
  graph::Graph apply();
  graph::Graph train(int64_t batch);
  // Forward pass in inference with the named layer's input as result "value": for layers that adapt to data.
  graph::Graph until(const std::string& layer, int64_t batch);

  // For looking on: neither replaces a state.
  // Forward pass in inference with the outputs of these layers as results, by the layer's name; without names, of all.
  graph::Graph layer_outputs(int64_t batch, const std::vector<std::string>& layers = {});
  // The gradients that a training step would follow, before clipping: results state_name::gradient(weight), summed over
  // the batch, what divides them, state_name::weight_sum, and the loss.
  graph::Graph gradient_values(int64_t batch);

  const graph::StateTable& states() const { return states_; }
  const Spec& spec() const { return spec_; }
  const DataSignature& signature() const { return signature_; }
  // What accumulates, in the order in which it is shown: loss, losses by output, metrics.
  std::vector<Tracked> tracked(SumSet set) const;
  // Shapes of one sample by layer, for tables; and of the outputs.
  const std::map<std::string, Shape>& layer_shapes() const { return layer_shapes_; }
  const DataField& target_of(const std::string& output) const;
  // Warnings found while assembling.
  const Diagnostics& warnings() const { return warnings_; }

 private:
  friend class ProgramBuilder;
  void warn_of_lost_masks(const ProgramBuilder& part);
  void warn_if_nothing_is_trained();
  Spec spec_;
  DataSignature signature_;
  DType real_;
  graph::StateTable states_;
  std::map<std::string, Shape> layer_shapes_;
  std::vector<Tracked> tracked_train_, tracked_evaluate_;
  Diagnostics warnings_;
};

// Names that all parts share.
namespace result_name {
// Of the parts that update the weights: the norm of all gradients of the step together, penalties included, before
// clipping.
constexpr auto gradient_norm = "gradient_norm";
}  // namespace result_name

namespace state_name {
constexpr auto iteration = "optimizer/iteration";  // int64: updates done
constexpr auto first_bad_step = "optimizer/first_bad_step";  // int64: 1 + the first step that was not finite; 0: none
constexpr auto weight_sum = "gradient/weight_sum";  // real
std::string gradient(const std::string& weight);
}  // namespace state_name

}  // namespace dltrain::models
