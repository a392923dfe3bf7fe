#include "datasets/missing.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "core/checked.h"
#include "core/diagnostic.h"

namespace dltrain::datasets {

namespace {

double mean_of(const std::vector<float>& values) {
  double sum = 0;
  for (const float value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double median_of(std::vector<float> values) {
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return values[middle];
  return (double{values[middle - 1]} + double{values[middle]}) / 2;
}

// The most frequent value; the smallest of several.
double mode_of(const std::vector<float>& values) {
  std::map<float, int64_t> counts;
  for (const float value : values) ++counts[value];
  const auto most =
      std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most->first;
}

double fitted(const MissingRule& rule, const std::vector<float>& values) {
  switch (rule.how) {
    case MissingRule::How::mean: return mean_of(values);
    case MissingRule::How::median: return median_of(values);
    case MissingRule::How::mode: return mode_of(values);
    case MissingRule::How::constant: return rule.constant;
    case MissingRule::How::error:
    case MissingRule::How::drop:
    case MissingRule::How::category: break;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

bool is_fitted(const MissingRule& rule) {
  return rule.how != MissingRule::How::error && rule.how != MissingRule::How::drop &&
         rule.how != MissingRule::How::category;
}

}  // namespace

void fit_and_fill(Samples& samples, std::span<const int64_t> train_rows) {
  for (InputField& input : samples.inputs) {
    if (std::none_of(input.missing.begin(), input.missing.end(), is_fitted)) continue;
    const Array& table = *input.store->raw();
    const std::span<const float> values = table.as<float>();
    const size_t columns = input.missing.size();
    std::vector<double>& fill_values = input.preparation.fill;
    fill_values.assign(columns, std::numeric_limits<double>::quiet_NaN());
    for (size_t column = 0; column < columns; ++column) {
      if (!is_fitted(input.missing[column])) continue;
      std::vector<float> present;
      for (const int64_t row : train_rows) {
        const float value = values[to_size(row) * columns + column];
        if (!std::isnan(value)) present.push_back(value);
      }
      if (present.empty() && input.missing[column].how != MissingRule::How::constant) {
        throw UserError(ExitCode::data, "no-known-value", samples.name,
                        "column " + input.preparation.columns[column] +
                            " has no value in the training part, so none can be "
                            "made for on_missing",
                        "leave the column out with ignore, or give a constant");
      }
      fill_values[column] = fitted(input.missing[column], present);
    }
    input.store->fill_missing(fill_values);
  }
}

void fill(Samples& samples, const DataContract& contract) {
  for (size_t i = 0; i < samples.inputs.size(); ++i) {
    InputField& input = samples.inputs[i];
    const std::vector<double>& values = contract.inputs.at(i).preparation.fill;
    if (values.empty()) continue;
    input.preparation.fill = values;
    input.store->fill_missing(values);
  }
}

}  // namespace dltrain::datasets
