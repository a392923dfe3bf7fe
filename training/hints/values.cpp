#include "training/hints/values.h"

#include <algorithm>
#include <cmath>

#include "core/checked.h"
#include "datasets/one_hot.h"
#include "models/check_support.h"
#include "models/losses/loss.h"

namespace dltrain::training::hints {

namespace {

// The values of the first rows of an array of reals, behind what is there.
void append(std::vector<float>& values, const Array& array, int64_t rows) {
  if (array.dtype != DType::f32 || array.shape[0] == 0) return;
  const std::span<const float> all = array.as<float>();
  const size_t of_row = all.size() / static_cast<size_t>(array.shape[0]);
  values.insert(values.end(), all.begin(),
                all.begin() + static_cast<std::ptrdiff_t>(of_row * static_cast<size_t>(rows)));
}

struct Moments {
  double mean = 0, deviation = 0;
};

Moments moments(std::span<const float> values) {
  double sum = 0, squares = 0;
  for (const float x : values) sum += x;
  const double mean = sum / static_cast<double>(values.size());
  for (const float x : values) squares += (x - mean) * (x - mean);
  return {mean, std::sqrt(squares / static_cast<double>(values.size()))};
}

std::vector<int64_t> constant_columns(std::span<const float> values, size_t columns) {
  std::vector<int64_t> constant;
  for (size_t c = 0; c < columns; ++c) {
    size_t at = c;
    while (at < values.size() && values[at] == values[c]) at += columns;
    if (at >= values.size()) constant.push_back(static_cast<int64_t>(c));
  }
  return constant;
}

// Without columns of categories: rare ones are 0 in most samples.
void name_constant_columns(const datasets::Dataset& data, InputValues& input) {
  for (const datasets::InputContract& contract : data.contract().inputs) {
    if (contract.field.name != input.name) continue;
    const std::vector<bool> categories = datasets::are_categories(contract.preparation);
    std::erase_if(input.constant_columns, [&](int64_t c) { return !categories.empty() && categories.at(to_size(c)); });
    const std::vector<std::string> names = datasets::value_names(contract.preparation);
    if (names.empty()) continue;
    for (const int64_t c : input.constant_columns) input.column_names.push_back(names.at(to_size(c)));
  }
}

}  // namespace

void ValueStatistics::note(const datasets::Batch& batch, int64_t rows) {
  rows_ += rows;
  inputs_.resize(batch.inputs.size());
  targets_.resize(batch.targets.size());
  for (size_t i = 0; i < batch.inputs.size(); ++i) append(inputs_[i], batch.inputs[i], rows);
  for (size_t i = 0; i < batch.targets.size(); ++i) append(targets_[i], batch.targets[i], rows);
}

std::vector<InputValues> ValueStatistics::inputs() const {
  std::vector<InputValues> found;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const std::vector<float>& values = inputs_[i];
    if (values.empty()) continue;
    const DataField& field = signature_.inputs[i];
    const auto [least, greatest] = std::ranges::minmax_element(values);
    const Moments all = moments(values);
    InputValues input{field.name, all.mean, all.deviation, *least, *greatest, {}, {}, 0, rows_};
    if (field.shape.rank() == 1) {
      input.columns = field.shape[0];
      input.constant_columns = constant_columns(values, static_cast<size_t>(input.columns));
    }
    found.push_back(std::move(input));
  }
  return found;
}

std::vector<TargetValues> ValueStatistics::targets(const models::Spec& spec) const {
  std::vector<TargetValues> found;
  for (const models::OutputSpec& output : spec.train.outputs) {
    if (models::make_loss(output.loss)->traits().target != models::TargetForm::numbers) continue;
    const DataField* field = models::target_of(spec.model, signature_, output.name);
    const auto index = static_cast<size_t>(field - signature_.targets.data());
    if (field == nullptr || targets_[index].empty()) continue;
    std::vector<float> values = targets_[index];
    const Moments all = moments(values);
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    double distance = 0;
    for (const float x : values) distance += std::abs(static_cast<double>(x) - *middle);
    found.push_back({output.name, all.mean, all.deviation, distance / static_cast<double>(values.size())});
  }
  return found;
}

void confirm_constant_columns(const datasets::Dataset& data, std::vector<InputValues>& inputs) {
  constexpr int64_t most = 4096, at_once = 512;
  const auto open = [](const InputValues& input) { return !input.constant_columns.empty(); };
  if (std::none_of(inputs.begin(), inputs.end(), open)) return;
  const int64_t rows = std::min(data.size(datasets::Part::train), most);
  ValueStatistics statistics(data.signature());
  datasets::Batch batch;
  for (int64_t begin = 0; begin < rows; begin += at_once) {
    std::vector<int64_t> some;
    for (int64_t i = begin; i < std::min(begin + at_once, rows); ++i)
      some.push_back(i * data.size(datasets::Part::train) / rows);
    data.read(datasets::Part::train, some, batch);
    statistics.note(batch, batch.size);
  }
  const std::vector<InputValues> more = statistics.inputs();
  for (size_t i = 0; i < inputs.size(); ++i) {
    inputs[i].constant_columns = more[i].constant_columns;
    inputs[i].samples = rows;
    name_constant_columns(data, inputs[i]);
  }
}

}  // namespace dltrain::training::hints
