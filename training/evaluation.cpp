#include "training/evaluation.h"

#include <numeric>

#include "datasets/batch_stream.h"
#include "training/interrupt.h"
#include "training/outputs.h"

namespace dltrain::training {

using datasets::Batch;

namespace {

double ratio(double a, double b) { return b == 0 ? 0 : a / b; }

}  // namespace

int64_t ClassReport::support(size_t c) const {
  return std::accumulate(confusion[c].begin(), confusion[c].end(), int64_t{0});
}

double ClassReport::precision(size_t c) const {
  int64_t predicted = 0;
  for (const auto& row : confusion) predicted += row[c];
  return ratio(static_cast<double>(confusion[c][c]), static_cast<double>(predicted));
}

double ClassReport::recall(size_t c) const {
  return ratio(static_cast<double>(confusion[c][c]), static_cast<double>(support(c)));
}

double ClassReport::f1(size_t c) const { return ratio(2 * precision(c) * recall(c), precision(c) + recall(c)); }

std::vector<int64_t> true_classes(const Array& target) {
  const int64_t rows = target.shape[0];
  const int64_t columns = rows == 0 ? 0 : target.elements() / rows;
  if (target.shape.rank() == 2 && columns > 1) return predicted_classes(target);
  std::vector<int64_t> classes;
  if (columns != 1) return classes;
  for (int64_t r = 0; r < rows; ++r) classes.push_back(static_cast<int64_t>(element(target, r)));
  return classes;
}

namespace {

void count(ClassReport& report, const OutputMeaning& meaning, const Array& output, const Array& target) {
  const Array shares = probabilities(meaning, output);
  const std::vector<int64_t> truth = true_classes(target);
  if (shares.shape.rank() != 2 || truth.size() != static_cast<size_t>(shares.shape[0])) return;
  const std::vector<int64_t> predicted = predicted_classes(shares);
  for (size_t r = 0; r < truth.size(); ++r) {
    const auto t = static_cast<size_t>(truth[r]);
    const auto p = static_cast<size_t>(predicted[r]);
    if (t < report.names.size() && p < report.names.size()) ++report.confusion[t][p];
  }
}

}  // namespace

Evaluation evaluate_model(Model& model, const datasets::Dataset& data, datasets::Part part, int64_t batch_size) {
  if (data.size(part) == 0) {
    throw UserError(
        ExitCode::data, "no-such-part", "dltrain evaluate",
        "the data has no " + std::string(datasets::part_name(part)) + " part",
        "add [data." + std::string(datasets::part_name(part)) + "] to the recipe, or choose another with --part");
  }
  Evaluation evaluation;
  evaluation.values = evaluate_part(model, data, part, batch_size);
  const std::vector<OutputMeaning> meanings = output_meanings(model.program().spec(), model.program().signature());
  for (const OutputMeaning& meaning : meanings) {
    const size_t classes = meaning.class_names.size();
    evaluation.classes.push_back(
        {meaning.name, meaning.class_names, std::vector(classes, std::vector<int64_t>(classes))});
  }
  datasets::BatchStream batches(data, {.part = part, .batch_size = batch_size});
  Batch batch;
  while (!interrupted() && batches.next(batch)) {
    const std::vector<Array> outputs = model.predict(batch);
    for (size_t o = 0; o < outputs.size(); ++o) {
      if (meanings[o].classes)
        count(evaluation.classes[o], meanings[o], outputs[o], batch.targets[batch.targets.size() == 1 ? 0 : o]);
    }
  }
  std::erase_if(evaluation.classes, [](const ClassReport& report) {
    int64_t counted = 0;
    for (size_t c = 0; c < report.names.size(); ++c) counted += report.support(c);
    return counted == 0;
  });
  return evaluation;
}

}  // namespace dltrain::training
