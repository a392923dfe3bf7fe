#include "datasets/array_source.h"

#include <algorithm>
#include <cmath>

#include "core/diagnostic.h"
#include "core/text.h"
#include "datasets/array_store.h"
#include "datasets/labels.h"
#include "datasets/pixels.h"

namespace dltrain {

using datasets::ArrayNames;

std::string Converter<ArrayNames>::normalise(const Setting& given, Setting& canonical) {
  canonical = given;
  if (given.text() != nullptr) return {};
  constexpr const char* complaint = "must be a text, or a table of texts";
  if (given.table() == nullptr) return complaint;
  for (const Table::Entry& entry : given.table()->entries()) {
    if (entry.value.text() == nullptr) return complaint;
  }
  return {};
}

void Converter<ArrayNames>::read(const Setting& canonical, ArrayNames& value) {
  value.entries.clear();
  if (canonical.text() != nullptr) value.entries.push_back({"", *canonical.text()});
  if (canonical.table() == nullptr) return;
  for (const Table::Entry& entry : canonical.table()->entries())
    value.entries.push_back({entry.key, *entry.value.text()});
}

Setting Converter<ArrayNames>::print(const ArrayNames& value) {
  if (value.entries.empty()) return {};
  if (value.entries.size() == 1 && value.entries[0].key.empty()) return value.entries[0].name;
  Table table;
  for (const ArrayNames::Entry& entry : value.entries) table.set(entry.key, entry.name);
  return table;
}

}  // namespace dltrain

namespace dltrain::datasets {

namespace {

// The array of an input or output, one of `several` or the only one.
std::string array_name(const ArrayNames& names, const std::string& key, bool several) {
  for (const ArrayNames::Entry& entry : names.entries) {
    if (entry.key == key) return entry.name;
  }
  if (!several && names.entries.size() == 1) return names.entries[0].name;
  return key;
}

class ArrayLoader {
 public:
  ArrayLoader(const ArraySourceOptions& options, const LoadRequest& request,
              const std::function<LabelledArray(const std::string&)>& read,
              const std::function<bool(const std::string&)>& exists)
      : options_(options), request_(request), read_(read), exists_(exists) {}

  SampleSets load() {
    load_inputs();
    load_targets();
    load_weights();
    return std::move(sets_);
  }

 private:
  Samples& samples() { return sets_.train; }

  LabelledArray read(const std::string& name) {
    LabelledArray array = read_(name);
    if (array.array.shape.rank() == 0)
      throw UserError(ExitCode::data, "sample-counts", array.name, "is a single number; samples need a first axis");
    if (samples().name.empty()) {
      samples().name = array.name;
      samples().count = array.samples;
    }
    if (array.samples == samples().count) return array;
    throw UserError(
        ExitCode::data, "sample-counts", array.name,
        "has " + count_text(array.samples) + " samples, but " + samples().name + " has " + count_text(samples().count),
        "the first axis of all arrays is the sample");
  }

  void load_inputs() {
    std::vector<std::string> names = request_.input_names;
    if (names.empty()) {
      for (const ArrayNames::Entry& entry : options_.x.entries)
        names.push_back(entry.key.empty() ? "input" : entry.key);
    }
    for (const std::string& name : names) {
      LabelledArray array = read(array_name(options_.x, name, names.size() > 1));
      // A vector of numbers is one feature for each sample.
      if (array.array.shape.rank() == 1) array.array.shape = array.array.shape.concat({1});
      const double scale =
          pixel_scale(array.array, options_.scale, request_.contract, samples().inputs.size(), array.name, sets_.notes);
      samples().inputs.push_back(array_input(name, std::move(array.array), scale, 0, array.name));
    }
  }

  void load_targets() {
    const bool several = request_.targets.size() > 1;
    for (size_t i = 0; i < request_.targets.size(); ++i) {
      const TargetRequest& wanted = request_.targets[i];
      const std::string name = array_name(options_.y, wanted.name, several);
      if (name == "input" && !exists_(name)) {
        TargetField target;
        target.input = 0;
        target.field = samples().inputs[0].field;
        target.field.name = wanted.name;
        samples().targets.push_back(std::move(target));
        continue;
      }
      LabelledArray array = read(name);
      const DataField* fixed = request_.contract != nullptr ? &request_.contract->targets.at(i).field : nullptr;
      samples().targets.push_back(
          array_target(wanted.name, std::move(array.array), wanted.kind, fixed, options_.classes, array.name));
    }
  }

  void load_weights() {
    if (!options_.weight) return;
    LabelledArray weights = read(*options_.weight);
    check_finite(weights.array, weights.name);
    if (weights.array.shape.from(1).elements() != 1)
      throw UserError(ExitCode::data, "sample-weights", weights.name,
                      "has the shape " + weights.array.shape.text() + "; weights are one number for each sample");
    weights.array = converted(weights.array, DType::f32);
    weights.array.shape = Shape{weights.array.shape[0]};
    const std::span<const float> values = weights.array.as<float>();
    const auto negative = std::find_if(values.begin(), values.end(), [](float w) { return w < 0; });
    if (negative != values.end()) {
      throw UserError(ExitCode::data, "sample-weights", weights.name,
                      "sample " + std::to_string(negative - values.begin()) + ": the weight " + number_text(*negative) +
                          " is negative");
    }
    samples().weights = std::move(weights.array);
  }

  const ArraySourceOptions& options_;
  const LoadRequest& request_;
  const std::function<LabelledArray(const std::string&)>& read_;
  const std::function<bool(const std::string&)>& exists_;
  SampleSets sets_;
};

}  // namespace

LabelledArray read_array(formats::ArrayStream stream, std::string name, const LoadRequest& request) {
  if (!request.headers_only || stream.shape().rank() == 0) {
    Array array = stream.read_all();
    const int64_t samples = array.shape.rank() == 0 ? 1 : array.shape[0];
    return {std::move(name), std::move(array), samples};
  }
  return {std::move(name), Array(stream.dtype(), Shape{0}.concat(stream.shape().from(1))), stream.shape()[0]};
}

SampleSets load_arrays(const ArraySourceOptions& options, const LoadRequest& request,
                       const std::function<LabelledArray(const std::string&)>& read,
                       const std::function<bool(const std::string&)>& exists) {
  return ArrayLoader(options, request, read, exists).load();
}

}  // namespace dltrain::datasets
