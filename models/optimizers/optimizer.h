// What an optimizer is: emits the update of all weights from their gradients. Order as in Keras 3: clip the gradients,
// decay the weights, update, average. Constraints come afterwards and are the caller's. Names, arguments and defaults
// are those of Keras 3.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/component.h"
#include "graph/builder.h"
#include "models/kinds.h"

namespace dltrain::models {

struct OptimizerContext {
  graph::Value learning_rate;   // real scalar
  graph::Value iteration;       // int64 scalar: updates done before this one
  graph::Value finite;          // bool scalar: false leaves weights and slots as they are
  graph::Value gradient_scale;  // real scalar: gradients are multiplied by it before anything else
  std::vector<graph::StateInfo> states;  // of the trained weights, in model order
  std::vector<graph::Value> weights;     // their values, like states
  std::vector<graph::Value> gradients;   // like states
  std::vector<double> penalties;         // like states: this times the weight is part of the scaled gradient
};

// A state of the optimizer that belongs to one weight, zero at first.
struct Slot {
  size_t weight;            // index into the weights
  std::string name;         // "momentum", "velocity"
  bool is_average;          // of `use_ema`, not of the rule
  graph::StateInfo state;   // called "optimizer/WEIGHT/NAME", shaped like the weight, role slot
};

class Optimizer {
 public:
  virtual ~Optimizer() = default;

  // Emits the update in the builder's scope; declares the slots and sets their new values. Returns the new weights.
  std::vector<graph::Value> build(graph::Builder& b, const OptimizerContext& context) const;
  // All slots in the order in which Keras saves them, behind iteration (and learning_rate, where it is a plain number).
  std::vector<Slot> slots(std::span<const graph::StateInfo> weights) const;

  RealOrComponent learning_rate;  // its schedule: models/schedules/schedule.h
  std::optional<double> weight_decay;
  std::optional<double> clipnorm, clipvalue, global_clipnorm;
  bool use_ema = false;  // averages of the weights: models/optimizers/averages.h
  double ema_momentum = 0.99;
  std::optional<int64_t> ema_overwrite_frequency;

 protected:
  // The op optimizer_step: which rule, with which options.
  struct Step {
    std::string rule;
    graph::Attributes options;
    std::vector<std::string> slots;  // of each weight, in the order of the op
  };
  virtual Step step() const = 0;
  // Slots that Keras creates together, so that they alternate from weight to weight; the groups follow one another.
  virtual std::vector<std::vector<std::string>> saved_slots() const = 0;

  // The parameters that all optimizers share.
  template <class T> static void describe_learning_rate(auto& d) {
    d.param(&T::learning_rate, "learning_rate", "size of the steps: a number, or a schedule")
        .formerly("lr")
        .family("schedule")
        .at_least(0);
  }
  template <class T> static void describe_weight_decay(auto& d) {
    d.param(&T::weight_decay, "weight_decay", "each step first takes learning_rate x weight_decay of every weight away")
        .at_least(0);
  }
  template <class T> static void describe_clipping(auto& d) {
    d.param(&T::clipnorm, "clipnorm", "the gradient of each weight is scaled down to this norm").greater_than(0);
    d.param(&T::clipvalue, "clipvalue", "each element of a gradient is clipped to this size").greater_than(0);
    d.param(&T::global_clipnorm, "global_clipnorm", "all gradients together are scaled down to this norm")
        .greater_than(0);
  }
  template <class T> static void describe_averages(auto& d) {
    d.param(&T::use_ema, "use_ema", "keep a moving average of each weight, which the model ends with");
    d.param(&T::ema_momentum, "ema_momentum", "share of the old average that stays").at_least(0).at_most(1);
    d.param(&T::ema_overwrite_frequency, "ema_overwrite_frequency",
            "updates after which the weights become their averages, again and again")
        .at_least(1);
  }
  // At most one way of clipping, as Keras demands; nothing about averages where there are none.
  void check_shared(FieldReport& report) const;
};

using OptimizerRegistry = Kinds<const Optimizer>;
const OptimizerRegistry& optimizer_registry();

// From a validated component of family "optimizer".
inline std::unique_ptr<const Optimizer> make_optimizer(const Component& component) {
  return optimizer_registry().make(component);
}

}  // namespace dltrain::models
