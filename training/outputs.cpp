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

OutputMeaning::Logits logits_of(const models::LossTraits& traits) {
  if (traits.prediction != models::PredictionKind::logits) return OutputMeaning::Logits::none;
  return traits.target == models::TargetForm::truth_values ? OutputMeaning::Logits::sigmoid
                                                           : OutputMeaning::Logits::softmax;
}

}  // namespace

std::string OutputMeaning::class_name(int64_t number) const {
  return number < static_cast<int64_t>(class_names.size()) ? class_names[static_cast<size_t>(number)]
                                                           : std::to_string(number);
}

std::vector<OutputMeaning> output_meanings(const models::Spec& spec, const DataSignature& signature) {
  std::vector<OutputMeaning> meanings;
  for (size_t i = 0; i < spec.model.outputs.size(); ++i) {
    OutputMeaning meaning{spec.model.outputs[i]};
    if (i < spec.train.outputs.size()) {
      const models::LossTraits traits = models::make_loss(spec.train.outputs[i].loss)->traits();
      meaning.logits = logits_of(traits);
      const DataField* target = target_for(signature, meaning.name, i);
      meaning.classes = traits.classifies() && target != nullptr && target->classes.has_value();
      // Several truth values of a sample may hold at once.
      if (traits.target == models::TargetForm::truth_values && target != nullptr && target->shape.elements() > 1)
        meaning.classes = false;
      if (meaning.classes) meaning.class_names = target->class_names;
      for (int64_t c = 0; meaning.classes && meaning.class_names.empty() && c < *target->classes; ++c)
        meaning.class_names.push_back(std::to_string(c));
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
Array two_columns(const Array& output) {
  const int64_t rows = output.shape[0];
  Array result(DType::f32, {rows, 2});
  for (int64_t r = 0; r < rows; ++r) {
    const double p = element(output, r);
    set_element(result, 2 * r, 1 - p);
    set_element(result, 2 * r + 1, p);
  }
  return result;
}

void sigmoid_all(Array& values) {
  for (float& x : values.as<float>()) x = static_cast<float>(1 / (1 + std::exp(-static_cast<double>(x))));
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

Array without_logits(const OutputMeaning& meaning, const Array& output) {
  if (meaning.logits == OutputMeaning::Logits::none) return output;
  Array result = converted(output, DType::f32);
  // A softmax over one column would say 1 whatever comes in.
  const bool alone = output.shape.rank() < 2 || output.shape.back() == 1;
  if (meaning.logits == OutputMeaning::Logits::sigmoid || alone) sigmoid_all(result);
  else softmax_rows(result);
  return result;
}

Array probabilities(const OutputMeaning& meaning, const Array& output) {
  Array result = without_logits(meaning, output);
  const bool one_column = meaning.classes && output.shape.rank() == 2 && output.shape.back() == 1;
  return one_column ? two_columns(result) : result;
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
