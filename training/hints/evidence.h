// What is known of a run when hints are looked for: numbers that the loop has anyway, and a look at a few samples.
// Plain values; measured in curve.h, movement.h and look.h, judged by the rules in rules/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "datasets/dataset.h"
#include "models/spec.h"

namespace dltrain::training::hints {

enum class Moment {
  first_epoch,  // after epoch one
  end           // of the training
};

// How the loss went. Kept in checkpoints.
struct Curve {
  int64_t epochs = 0, steps = 0;      // done
  std::optional<double> first_loss;   // of step one, that is of the first weights
  // Epoch one in fifths: sums of the losses of single steps in the first and the last fifth, and how many there are.
  double early_sum = 0, late_sum = 0;
  int64_t early_count = 0, late_count = 0;
  double first_rate = 0, rate = 0;    // learning rates: of the first report of steps, of the last epoch
  double first_epoch_loss = 0;        // means over an epoch, as history has them
  double loss = 0;                    // of the last epoch
  std::optional<double> val_loss, accuracy, val_accuracy;  // of the last epoch
  std::optional<double> best_val_loss;
  int64_t best_epoch = 0;             // of best_val_loss
  double loss_at_best = 0;            // of the training part in that epoch
};

// How far one optimizer step, the last one of epoch one, moved the weights. Kept in checkpoints.
struct Movement {
  std::optional<double>
      ratio;  // the median over kernels of |W' - W| / |W|; nothing where no kernel moved or was measured
};

// Units of a ReLU layer: channels, the last axis of its output.
struct ReluUnits {
  const models::LayerSpec* layer = nullptr;
  int64_t units = 0;
  int64_t dead = 0;  // 0 at all places of all samples looked at
};

// Answers to the samples of a part, for an output that tells classes apart.
struct Answers {
  std::string output;
  std::vector<std::string> names;                // of the classes
  std::vector<std::vector<int64_t>> confusion;   // [true][answered]
  int64_t samples() const;
  int64_t answered(size_t c) const;
  int64_t truly(size_t c) const;
};

// The values of an input as the data gives them.
struct InputValues {
  std::string name;
  double mean = 0, deviation = 0;  // over all values
  double least = 0, greatest = 0;
  std::vector<int64_t> constant_columns;  // of tables; the same in every sample looked at
  std::vector<std::string> column_names;  // of them; empty: they have only numbers
  int64_t columns = 0;
  int64_t samples = 0;                    // looked at for constant columns
};

// The values of a target of numbers.
struct TargetValues {
  std::string output;
  double mean = 0, deviation = 0;
  double absolute_deviation = 0;  // the mean distance from the median
};

// What a few samples show, in inference.
struct Look {
  // That were answered. None where it would take too long, after too few steps, and while moving averages
  // (BatchNormalization) do not know the data yet, so that outputs mean nothing.
  int64_t samples = 0;
  std::vector<ReluUnits> relus;
  std::vector<Answers> train, validation;
  std::vector<InputValues> inputs;
  std::vector<TargetValues> targets, validation_targets;
};

struct Evidence {
  Moment moment;
  const models::Spec& spec;
  const datasets::Dataset& data;
  const Curve& curve;
  const Movement& movement;
  const Look& look;

  // The share of the loss that is gone: in epoch one between its first and last fifth, at the end since the beginning.
  // Nothing where that says nothing: too few steps, a warm-up of the learning rate, losses that are not positive.
  std::optional<double> fall() const;
  // The loss of somebody who knows how frequent each class (what the mean of the target) is, and nothing of the inputs;
  // nothing where that is not known for the loss.
  std::optional<double> guessing() const;
  // Whether the loss is clearly below that of guessing, so that the model has learned something, slowly or not.
  bool better_than_guessing() const;
};

}  // namespace dltrain::training::hints
