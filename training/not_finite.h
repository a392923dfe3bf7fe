// Which number of a training step was the first that is not finite, and a folder that shows it again.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "datasets/dataset.h"
#include "training/model.h"
#include "training/position.h"
#include "training/snapshot.h"

namespace dltrain::training {

struct NotFiniteReport {
  int64_t step = 0;                // of the bad step, from 1
  int64_t epoch = 0;
  std::vector<int64_t> samples;    // of the batch, their numbers in the training part
  std::string layer;               // path; empty: outside of the layers
  std::string operation;           // "fused_matmul", or "input", "weight"
  std::string value;               // "nan", "inf", "-inf"
  std::string where;               // of the tensor: "[3, 7] of [32, 10]"
  bool backward = false;
  double learning_rate = 0;

  // "layer \"dense\", going back: fused_matmul gave nan at [3, 7] of [32, 10]"
  std::string text() const;
  Table table() const;
};

// The position before the optimizer step `bad` (0-based) of the epoch that `now` is in.
Position position_before(const Position& now, int64_t bad, const models::TrainSpec& train);

// Makes the step at `before` once more, kernel by kernel, and looks at every number. The model's states must be those
// from before the step; afterwards they are not to be used. Nothing if all numbers are finite.
// "weight layers/dense/vars/0 holds inf at [3, 7] of [32, 10]": the first of the weights, buffers and optimizer states
// that is not finite; nothing if all are.
std::optional<std::string> first_not_finite_state(const models::Program& program, const States& states);

std::optional<NotFiniteReport> find_not_finite(Model& model, const datasets::Dataset& data, const Position& before,
                                               double learning_rate);

}  // namespace dltrain::training
