// What `evaluate` finds: loss and metrics as in training, and for classes a confusion matrix with precision and recall.
#pragma once

#include <string>
#include <vector>

#include "datasets/dataset.h"
#include "training/model.h"
#include "training/trainer.h"

namespace dltrain::training {

// One output that tells classes apart.
struct ClassReport {
  std::string output;
  std::vector<std::string> names;
  std::vector<std::vector<int64_t>> confusion;  // [true class][predicted class]

  int64_t support(size_t c) const;  // samples of the class
  double precision(size_t c) const;  // 0 where nothing was predicted
  double recall(size_t c) const;
  double f1(size_t c) const;  // harmonic mean of both
};

struct Evaluation {
  Values values;
  std::vector<ClassReport> classes;
};

// The true class of each sample: class numbers, or the largest of one-hot columns. Empty where there is not one per
// sample.
std::vector<int64_t> true_classes(const Array& target);

// Throws UserError (data) if the data has no such part.
Evaluation evaluate_model(Model& model, const datasets::Dataset& data, datasets::Part part, int64_t batch_size);

}  // namespace dltrain::training
