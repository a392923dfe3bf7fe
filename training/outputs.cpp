#include "training/outputs.h"

#include <algorithm>
#include <cmath>

#include "models/losses/loss.h"

namespace dltrain::training {

namespace {

// The target of output number `i`: the only one, the one of its name, or the one at its place.
const DataField* target_for(const DataSignature& signature, const std::string& output, size_t i) {
  if (signature.targets.empty()) return nullptr;
  if (signature.targets.size() == 1) return &signature.targets.front();
  for (const DataField& field : signature.targets) {
    if (field.name == output) return &field;
  }
  return i < signature.targets.size() ? &signature.targets[i] : nullptr;
}

}  // namespace

std::vector<OutputMeaning> output_meanings(const models::Spec& spec, const DataSignature& signature) {
  std::vector<OutputMeaning> meanings;
  for (size_t i = 0; i < spec.model.outputs.size(); ++i) {
    OutputMeaning meaning{spec.model.outputs[i]};
    if (i < spec.train.outputs.size()) {
      const models::LossTraits traits = models::make_loss(spec.train.outputs[i].loss)->traits();
      meaning.logits = traits.prediction == models::PredictionKind::logits;
      const DataField* target = target_for(signature, meaning.name, i);
      meaning.classes = traits.classifies() && target != nullptr && target->classes.has_value();
      if (meaning.classes) meaning.class_names = target->class_names;
      for (int64_t c = 0; meaning.classes && meaning.class_names.empty() && c < *target->classes; ++c) meaning.class_names.push_back(std::to_string(c));
      if (meaning.classes && meaning.class_names.size() < static_cast<size_t>(*target->classes)) {
        meaning.class_names.clear();
        for (int64_t c = 0; c < *target->classes; ++c) meaning.class_names.push_back(std::to_string(c));
      }
    }
    meanings.push_back(std::move(meaning));
  }
  return meanings;
}

namespace {

// One column: the probability of the second of two classes.
Array two_columns(const OutputMeaning& meaning, const Array& output) {
  const int64_t rows = output.shape[0];
  Array result(DType::f32, {rows, 2});
  for (int64_t r = 0; r < rows; ++r) {
    double p = element(output, r);
    if (meaning.logits) p = 1 / (1 + std::exp(-p));
    set_element(result, 2 * r, 1 - p);
    set_element(result, 2 * r + 1, p);
  }
  return result;
}

void softmax_rows(Array& values) {
  const int64_t columns = values.shape.back();
  const std::span<float> all = values.as<float>();
  for (size_t begin = 0; begin < all.size(); begin += static_cast<size_t>(columns)) {
    const std::span<float> row = all.subspan(begin, static_cast<size_t>(columns));
    const float largest = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (const float x : row) sum += std::exp(static_cast<double>(x - largest));
    for (float& x : row) x = static_cast<float>(std::exp(static_cast<double>(x - largest)) / sum);
  }
}

}  // namespace

Array probabilities(const OutputMeaning& meaning, const Array& output) {
  const bool per_row = output.shape.rank() == 2;
  if (!meaning.classes || !per_row) return output;
  if (output.shape.back() == 1) return two_columns(meaning, output);
  Array result = converted(output, DType::f32);
  if (meaning.logits) softmax_rows(result);
  return result;
}

std::vector<int64_t> predicted_classes(const Array& probabilities) {
  const int64_t columns = probabilities.shape.back();
  std::vector<int64_t> classes;
  for (int64_t r = 0; r < probabilities.shape[0]; ++r) {
    int64_t best = 0;
    for (int64_t c = 1; c < columns; ++c) {
      if (element(probabilities, r * columns + c) > element(probabilities, r * columns + best)) best = c;
    }
    classes.push_back(best);
  }
  return classes;
}

}  // namespace dltrain::training
