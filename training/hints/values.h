// How large the numbers of inputs and targets are, and which columns of a table never change.
#pragma once

#include <span>
#include <vector>

#include "core/signature.h"
#include "training/hints/evidence.h"

namespace dltrain::training::hints {

class ValueStatistics {
 public:
  explicit ValueStatistics(const DataSignature& signature) : signature_(signature) {}

  // The first `rows` samples of a batch.
  void note(const datasets::Batch& batch, int64_t rows);
  // Inputs of real numbers; those of numbers that stand for something (words) are left out.
  std::vector<InputValues> inputs() const;
  // Targets of numbers, by the outputs that are trained on them.
  std::vector<TargetValues> targets(const models::Spec& spec) const;

 private:
  const DataSignature& signature_;
  int64_t rows_ = 0;
  std::vector<std::vector<float>> inputs_, targets_;  // all values so far, by field
};

// Keeps those constant columns that are constant in more samples of the training part, too: at most 4096.
void confirm_constant_columns(const datasets::Dataset& data, std::vector<InputValues>& inputs);

}  // namespace dltrain::training::hints
