#include "datasets/opened_dataset.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/checked.h"
#include "core/diagnostic.h"
#include "datasets/gather.h"

namespace dltrain::datasets {

std::string_view part_name(Part part) {
  constexpr std::string_view names[] = {"training", "validation", "test"};
  return names[static_cast<size_t>(part)];
}

DataContract contract_of(const Samples& samples) {
  DataContract contract;
  for (const InputField& input : samples.inputs) contract.inputs.push_back({input.field, input.preparation});
  for (const TargetField& target : samples.targets) contract.targets.push_back({target.field, target.columns});
  return contract;
}

OpenedDataset::OpenedDataset(std::vector<std::unique_ptr<Samples>> sets, std::array<PartRows, 3> parts,
                             std::vector<std::string> notes)
    : sets_(std::move(sets)), parts_(std::move(parts)), notes_(std::move(notes)) {
  const Samples& train = *parts_[0].samples;
  contract_ = contract_of(train);
  for (const InputContract& input : contract_.inputs) signature_.inputs.push_back(input.field);
  for (const TargetContract& target : contract_.targets) signature_.targets.push_back(target.field);
  signature_.has_weights = train.weights.has_value();
  signature_.train_samples = size(Part::train);
  signature_.validation_samples = size(Part::validation);
  signature_.test_samples = size(Part::test);
  look_at_values();
}

namespace {

// Nothing for other dtypes than float32, and without values.
std::optional<ValueRange> range_of(const Array& array) {
  if (array.dtype != DType::f32) return std::nullopt;
  const std::span<const float> values = array.as<float>();
  if (values.empty()) return std::nullopt;
  const auto [least, greatest] = std::ranges::minmax_element(values);
  const bool whole = std::ranges::all_of(values, [](float value) { return value == std::trunc(value); });
  return ValueRange{*least, *greatest, whole};
}

// Of the rows of a part as they are in memory, all of them unless they hold millions of numbers (masks of images); nothing
// for targets that are inputs.
std::optional<ValueRange> range_of(const TargetField& target, const PartRows& rows) {
  if (target.input || target.values.dtype != DType::f32 || rows.size() == 0) return std::nullopt;
  const std::span<const float> values = target.values.as<float>();
  const size_t each = to_size(target.field.shape.elements());
  if (each == 0) return std::nullopt;
  constexpr int64_t most = 4'000'000;  // numbers: some milliseconds
  const int64_t step = std::max<int64_t>(1, rows.size() * static_cast<int64_t>(each) / most);
  ValueRange range{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(), true};
  for (int64_t i = 0; i < rows.size(); i += step) {
    for (const float value : values.subspan(to_size(rows.row(i)) * each, each)) {
      range.least = std::min(range.least, double{value});
      range.greatest = std::max(range.greatest, double{value});
      range.whole = range.whole && value == std::trunc(value);
    }
  }
  return range;
}

// Of all rows of a part, as they are in memory. Nothing unless every value is 0 or 1, or if there are too few rows to
// tell exclusive classes from labels that happen not to meet.
std::optional<OnesRange> ones_of(const TargetField& target, const PartRows& rows) {
  constexpr int64_t enough = 20;
  if (target.input || target.values.dtype != DType::f32 || target.field.shape.rank() != 1 || rows.size() < enough)
    return std::nullopt;
  const std::span<const float> values = target.values.as<float>();
  const size_t columns = to_size(target.field.shape[0]);
  if (columns < 2) return std::nullopt;
  OnesRange range{std::numeric_limits<int64_t>::max(), 0};
  for (int64_t i = 0; i < rows.size(); ++i) {
    int64_t ones = 0;
    for (const float value : values.subspan(to_size(rows.row(i)) * columns, columns)) {
      if (value != 0 && value != 1) return std::nullopt;
      ones += value == 1 ? 1 : 0;
    }
    range = {std::min(range.fewest, ones), std::max(range.most, ones)};
  }
  return range;
}

// Of an input of whole numbers: pixels as NumPy's integers, or numbers of words.
std::optional<ValueRange> range_of_integers(const Array& array) {
  const std::span<const int32_t> values = array.as<int32_t>();
  if (values.empty()) return std::nullopt;
  const auto [least, greatest] = std::ranges::minmax_element(values);
  return ValueRange{static_cast<double>(*least), static_cast<double>(*greatest), true};
}

}  // namespace

void OpenedDataset::look_at_values() {
  constexpr int64_t most = 64;  // samples, spread over the part: decoding images takes time
  const int64_t count = std::min(most, size(Part::train));
  std::vector<int64_t> rows;
  for (int64_t i = 0; i < count; ++i) rows.push_back(i * size(Part::train) / count);
  Batch batch;
  read(Part::train, rows, batch);
  for (size_t i = 0; i < batch.inputs.size(); ++i) {
    const Array& input = batch.inputs[i];
    signature_.inputs[i].range = input.dtype == DType::i32 ? range_of_integers(input) : range_of(input);
  }
  const std::vector<TargetField>& targets = parts_[0].samples->targets;
  for (size_t i = 0; i < targets.size(); ++i) {
    signature_.targets[i].range = targets[i].input ? range_of(batch.targets[i]) : range_of(targets[i], parts_[0]);
    signature_.targets[i].ones = ones_of(targets[i], parts_[0]);
  }
  for (const ClassCounts& counts : class_counts(Part::train)) {
    for (DataField& target : signature_.targets) {
      if (target.name == counts.target) target.class_counts = counts.counts;
    }
  }
}

void OpenedDataset::read(Part part, std::span<const int64_t> rows, Batch& batch) const {
  const PartRows& from = part_rows(part);
  if (from.samples == nullptr) throw Bug("a part that does not exist is read");
  const Samples& samples = *from.samples;
  batch.size = static_cast<int64_t>(rows.size());
  batch.rows.assign(rows.begin(), rows.end());
  static thread_local std::vector<int64_t> mapped;  // kept, so that reading a batch allocates nothing
  mapped.clear();
  if (!from.all) {
    for (const int64_t row : rows) mapped.push_back(from.rows.at(to_size(row)));
    rows = mapped;
  }
  const auto sized = [&](const DataField& field, Array& array) -> Array& {
    reshape_rows(array, field.dtype, batch.size, field.shape);
    return array;
  };
  batch.inputs.resize(samples.inputs.size());
  for (size_t i = 0; i < samples.inputs.size(); ++i) {
    const InputField& input = samples.inputs[i];
    input.store->gather(rows, sized(input.field, batch.inputs[i]));
  }
  batch.targets.resize(samples.targets.size());
  for (size_t i = 0; i < samples.targets.size(); ++i) {
    const TargetField& target = samples.targets[i];
    Array& out = sized(target.field, batch.targets[i]);
    if (target.input) {
      samples.inputs[*target.input].store->gather(rows, out);
    } else {
      gather_rows(target.values, rows, 1, 0, out);
    }
  }
  if (!signature_.has_weights) {
    batch.weights.reset();
    return;
  }
  if (!batch.weights) batch.weights.emplace();
  reshape_rows(*batch.weights, DType::f32, batch.size, {});
  if (samples.weights) {
    gather_rows(*samples.weights, rows, 1, 0, *batch.weights);
  } else {
    std::ranges::fill(batch.weights->as<float>(), 1.0F);  // a part without weights counts each sample once
  }
}

void OpenedDataset::add_to(Sha256& hash) const {
  for (const std::unique_ptr<Samples>& samples : sets_) {
    for (const InputField& input : samples->inputs) input.store->add_to(hash);
    for (const TargetField& target : samples->targets) hash.update(target.values.bytes);
    if (samples->weights) hash.update(samples->weights->bytes);
  }
  for (const PartRows& part : parts_) hash.update(std::as_bytes(std::span(part.rows)));
}

std::vector<ClassCounts> OpenedDataset::class_counts(Part part) const {
  std::vector<ClassCounts> all;
  const PartRows& from = part_rows(part);
  if (from.samples == nullptr) return all;
  for (const TargetField& target : from.samples->targets) {
    if (!target.field.classes || target.field.shape.rank() != 0 || target.input) continue;
    ClassCounts counts{target.field.name, std::vector<int64_t>(to_size(*target.field.classes))};
    const std::span<const int32_t> labels = target.values.as<int32_t>();
    for (int64_t i = 0; i < from.size(); ++i) ++counts.counts[static_cast<size_t>(labels[to_size(from.row(i))])];
    all.push_back(std::move(counts));
  }
  return all;
}

}  // namespace dltrain::datasets
