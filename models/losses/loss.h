// What a loss is: the error of a prediction against its target, element by element, as graph ops. How the elements
// become one number is in models/losses/reduction.h. Names, arguments, defaults and formulas are those of Keras 3.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "core/component.h"
#include "core/data_spec.h"
#include "graph/builder.h"
#include "models/kinds.h"

namespace dltrain::models {

// How values become one number; see loss_sums. Keras' "none" gives no number to train on and does not exist here.
enum class Reduction {
  sum_over_batch_size,
  sum,
  mean,
  mean_with_sample_weight
};
std::span<const EnumName<Reduction>> enum_names(Reduction);

// What a loss expects of the last layer.
enum class PredictionKind {
  numbers,        // anything
  probabilities,  // each element in 0..1 by itself: sigmoid
  distribution,   // each row sums to 1: softmax
  logits,         // what a sigmoid or softmax would take: a linear layer
};

// What a loss expects of the target.
enum class TargetForm {
  numbers,        // shaped like the prediction
  truth_values,   // numbers in 0..1, shaped like the prediction
  class_numbers,  // 0..K-1, without the last axis of the prediction, which has K columns
  one_hot,        // shaped like the prediction: a distribution over its K columns
};

struct LossTraits {
  PredictionKind prediction = PredictionKind::numbers;
  TargetForm target = TargetForm::numbers;
  // How the data should give the target: class_numbers are classes, truth_values may be (automatic), others are
  // numbers.
  TargetKind target_kind() const;
  // Whether it is a loss of classification.
  bool classifies() const { return target != TargetForm::numbers; }
};

struct LossValues {
  graph::Value values;              // real, [N, ...]: before weights and reduction
  std::optional<graph::Value> mask;  // bool, like values: false where an element does not count (ignore_class)
};

class Loss {
 public:
  virtual ~Loss() = default;
  virtual LossTraits traits() const = 0;
  // target [N, ...] of any dtype, prediction [N, ...] real. Shapes that do not fit are a UserError at the builder's
  // scope.
  virtual LossValues build(graph::Builder& b, graph::Value target, graph::Value prediction) const = 0;

  Reduction reduction = Reduction::sum_over_batch_size;

 protected:
  template <class T> static void describe_reduction(auto& d) {
    d.param(&T::reduction, "reduction",
            "how the values of a batch become one: sum_over_batch_size (or mean) divides their sum by their number, "
            "mean_with_sample_weight by the sum of their weights, sum by nothing");
  }
};

using LossRegistry = Kinds<const Loss>;
const LossRegistry& loss_registry();

// From a validated component of family "loss".
inline std::unique_ptr<const Loss> make_loss(const Component& component) { return loss_registry().make(component); }

}  // namespace dltrain::models
