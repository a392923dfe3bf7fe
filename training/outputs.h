// What a model's numbers mean: probabilities and classes from logits or probabilities.
#pragma once

#include <string>
#include <vector>

#include "core/array.h"
#include "core/signature.h"
#include "models/spec.h"

namespace dltrain::training {

struct OutputMeaning {
  std::string name;
  bool classes = false;         // one class per sample
  bool logits = false;          // the numbers are what a softmax or sigmoid would take
  std::vector<std::string> class_names;  // "0", "1", ... where the data has no names
};

// The outputs of a spec with the targets of its data.
std::vector<OutputMeaning> output_meanings(const models::Spec& spec, const DataSignature& signature);

// Rows of an output [n, ...] as probabilities by class [n, classes] where it means classes (one column p becomes 1 - p, p),
// else as it is.
Array probabilities(const OutputMeaning& meaning, const Array& output);
// The most probable class of each row of `probabilities`; the first of equals.
std::vector<int64_t> predicted_classes(const Array& probabilities);

}  // namespace dltrain::training
