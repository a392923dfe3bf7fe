#include "formats/tfevents/summaries.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/diagnostic.h"
#include "formats/tfevents/module/entry.h"

namespace dltrain::formats {

SummaryValue scalar_summary(const std::string& tag, double value) {
  Array number(DType::f32, Shape{});
  number.as<float>()[0] = static_cast<float>(value);
  return {tag, "scalars", {}, {}, std::move(number)};
}

std::optional<double> scalar_of(const SummaryValue& value) {
  const Array* numbers = std::get_if<Array>(&value.data);
  if (value.plugin != "scalars" || numbers == nullptr || numbers->elements() != 1) return std::nullopt;
  return element(*numbers, 0);
}

std::vector<HistogramBucket> histogram_buckets(std::span<const float> numbers, int64_t buckets) {
  std::vector<HistogramBucket> made(static_cast<size_t>(buckets), {0, 0, 0});
  double low = INFINITY, high = -INFINITY, count = 0;
  for (const float number : numbers) {
    if (!std::isfinite(number)) continue;
    low = std::min<double>(low, number);
    high = std::max<double>(high, number);
    ++count;
  }
  if (count == 0) return made;
  if (low == high) {
    std::fill(made.begin(), made.end(), HistogramBucket{low, low, 0});
    made.back().count = count;
    return made;
  }
  const double width = (high - low) / static_cast<double>(buckets);
  for (size_t i = 0; i < made.size(); ++i) {
    made[i].left = low + width * static_cast<double>(i);
    made[i].right = i + 1 == made.size() ? high : low + width * static_cast<double>(i + 1);
  }
  for (const float number : numbers) {
    if (!std::isfinite(number)) continue;
    const auto index = static_cast<int64_t>((number - low) / width);
    ++made[static_cast<size_t>(std::min(index, buckets - 1))].count;
  }
  return made;
}

SummaryValue histogram_summary(const std::string& tag, std::span<const HistogramBucket> buckets) {
  Array rows(DType::f64, Shape{static_cast<int64_t>(buckets.size()), 3});
  std::span<double> cells = rows.as<double>();
  for (size_t i = 0; i < buckets.size(); ++i) {
    cells[3 * i] = buckets[i].left;
    cells[3 * i + 1] = buckets[i].right;
    cells[3 * i + 2] = buckets[i].count;
  }
  return {tag, "histograms", {}, {}, std::move(rows)};
}

SummaryValue images_summary(const std::string& tag, int64_t width, int64_t height, std::vector<std::string> pngs,
                            const std::string& description) {
  Texts texts;
  texts.shape = {static_cast<int64_t>(pngs.size()) + 2};
  texts.items = {std::to_string(width), std::to_string(height)};
  for (std::string& png : pngs) texts.items.push_back(std::move(png));
  return {tag, "images", {}, description, std::move(texts)};
}

SummaryValue text_summary(const std::string& tag, const std::string& markdown) {
  return {tag, "text", {}, {}, Texts{Shape{}, {markdown}}};
}

SummaryValue pr_curve_summary(const std::string& tag, std::span<const float> probabilities,
                              std::span<const uint8_t> truths, int64_t thresholds) {
  if (probabilities.size() != truths.size()) throw Bug("a curve is asked for of more probabilities than truths");
  const auto n = static_cast<size_t>(thresholds);
  std::vector<double> positives(n + 1, 0), negatives(n + 1, 0);  // at or above threshold i
  for (size_t i = 0; i < truths.size(); ++i) {
    const double share = std::isnan(probabilities[i]) ? 0 : std::clamp<double>(probabilities[i], 0, 1);
    const auto bucket = static_cast<size_t>(std::floor(share * static_cast<double>(n - 1)));
    ++(truths[i] != 0 ? positives : negatives)[bucket];
  }
  for (size_t i = n; i-- > 0;) {
    positives[i] += positives[i + 1];
    negatives[i] += negatives[i + 1];
  }
  Array rows(DType::f32, Shape{6, thresholds});
  std::span<float> cells = rows.as<float>();
  for (size_t i = 0; i < n; ++i) {
    const double tp = positives[i], fp = negatives[i], tn = negatives[0] - fp, fn = positives[0] - tp;
    constexpr double tiny = 1e-7;
    const double column[] = {tp, fp, tn, fn, tp / std::max(tiny, tp + fp), tp / std::max(tiny, tp + fn)};
    for (size_t row = 0; row < 6; ++row) cells[row * n + i] = static_cast<float>(column[row]);
  }
  return {tag, "pr_curves", tfevents::pr_curve_content(thresholds), {}, std::move(rows)};
}

SummaryValue keras_model_summary(const std::string& json) {
  return {"keras", "graph_keras_model", "1", {}, Texts{Shape{}, {json}}};
}

SummaryValue tensor_summary(const std::string& tag, Array numbers) { return {tag, {}, {}, {}, std::move(numbers)}; }

}  // namespace dltrain::formats
