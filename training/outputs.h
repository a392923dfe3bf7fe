// What a model's numbers mean: probabilities and classes from logits or probabilities.
#pragma once

#include <string>
#include <vector>

#include "core/array.h"
#include "core/signature.h"
#include "models/spec.h"

namespace dltrain::training {

struct OutputMeaning {
  // What the loss applies to the numbers before it compares them.
  enum class Logits {
    none,
    sigmoid,
    softmax
  };

  std::string name;
  bool classes = false;   // one class per sample
  Logits logits = Logits::none;
  std::vector<std::string> class_names;  // "0", "1", ... where the data has no names

  std::string class_name(int64_t number) const;
};

// The outputs of a spec with the targets of its data.
std::vector<OutputMeaning> output_meanings(const models::Spec& spec, const DataSignature& signature);

// An output [n, ...] in its own shape: probabilities where the model gives logits, else as it is.
Array without_logits(const OutputMeaning& meaning, const Array& output);

// Rows of an output [n, ...] as probabilities by class [n, classes] where it means classes (one column p becomes 1 - p,
// p), else as it is.
Array probabilities(const OutputMeaning& meaning, const Array& output);
// The most probable class of each row of `probabilities`; the first of equals.
std::vector<int64_t> predicted_classes(const Array& probabilities);

}  // namespace dltrain::training
