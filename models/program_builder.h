// The pieces that the parts of a program are made of. Private to models/program*.cpp.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "graph/builder.h"
#include "models/assembly.h"
#include "models/loss_scale.h"
#include "models/losses/reduction.h"
#include "models/program.h"

namespace dltrain::models {

// What a batch adds to the loss: its mean is numerator / denominator.
struct BatchLoss {
  graph::Value numerator;    // differentiable, a sum over the batch
  graph::Value denominator;  // what it is divided by
  graph::Value mean;         // with regularization, as Keras shows it
  double usual = 1;          // the denominator of a full batch in which nothing is masked
};

// Emits into one graph. Each function opens its own scope.
class ProgramBuilder {
 public:
  ProgramBuilder(Program& program, bool training);

  graph::Builder& builder() { return b_; }
  graph::Graph take() { return std::move(graph_); }

  // Inputs and layers. Throws UserError (recipe) with all misfits.
  void forward(int64_t batch);
  const layers::Tensor& output(const std::string& name) const { return values_.at(name); }
  const Tensors& values() const { return values_; }

  // Losses of all outputs, and what they add to the sums.
  BatchLoss losses(int64_t batch, SumSet set);
  void metrics(int64_t batch, SumSet set);

  // In float16: multiplies what is differentiated, and what it is divided by, so that gradients are those of the loss scale
  // times the mean over a usual batch. Does nothing in other precisions.
  void scale(BatchLoss& loss);
  // Trained weights in the order of their creation, and their gradients.
  std::vector<graph::StateInfo> trained() const;
  std::vector<graph::Value> weight_gradients(const BatchLoss& loss, const std::vector<graph::StateInfo>& weights);
  // To be called when the layers are assembled: no buffer takes a value from a batch whose loss is not finite, or after
  // one.
  void keep_buffers(const BatchLoss& loss);
  // The optimizer step on gradients of sums with their divisor.
  void update(const std::vector<graph::StateInfo>& weights, std::vector<graph::Value> gradients,
              graph::Value weight_sum, std::optional<graph::Value> loss);

 private:
  // How losses are scaled; nothing where they are not.
  std::optional<LossScaling> scaling() const;
  // Sets the first step that ends the run, and the loss scale; whether this step changes anything.
  graph::Value judge(graph::Value finite);
  // Makes what is assembled compute in the narrow dtype of the run's precision; outputs of the model stay as they are.
  void lower_precision();
  graph::Value target(const OutputSpec& output, int64_t batch);
  std::optional<graph::Value> sample_weight(const OutputSpec& output, graph::Value target, int64_t batch, SumSet set);
  std::optional<graph::Value> class_weight(const OutputSpec& output, graph::Value target);
  std::optional<graph::Value> regularization();
  void track(SumSet set, const std::string& name, const std::string& output, graph::Value mean, int64_t batch);
  std::vector<Tracked>& tracked(SumSet set);
  void constrain(const std::vector<graph::StateInfo>& weights, std::vector<graph::Value>& values, graph::Value finite);

  Program& program_;
  graph::Graph graph_;
  graph::Builder b_;
  Tensors values_;
};

}  // namespace dltrain::models
