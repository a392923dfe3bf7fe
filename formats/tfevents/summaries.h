// Values of events in the form that each part of TensorBoard expects.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "formats/tfevents/event.h"

namespace dltrain::formats {

SummaryValue scalar_summary(const std::string& tag, double value);
// A number from a scalar value, if it is one.
std::optional<double> scalar_of(const SummaryValue& value);

// Counts between edges; the first is closed below, all are half-open but the last, which is closed.
struct HistogramBucket {
  double left, right, count;
};
// Equally wide buckets from the least to the largest finite number (TensorBoard's histograms/summary_v2.py). Numbers
// that are not finite are left out. No numbers give zeros; a single value v gives buckets [v, v], the last with the
// count.
std::vector<HistogramBucket> histogram_buckets(std::span<const float> numbers, int64_t buckets = 30);
SummaryValue histogram_summary(const std::string& tag, std::span<const HistogramBucket> buckets);

// PNG files of one size.
SummaryValue images_summary(const std::string& tag, int64_t width, int64_t height, std::vector<std::string> pngs,
                            const std::string& description = {});

// Markdown, tables too.
SummaryValue text_summary(const std::string& tag, const std::string& markdown);
// Precision and recall over thresholds i / (thresholds - 1), from probabilities and truths 0 or 1 (TensorBoard's
// pr_curve/summary.py).
SummaryValue pr_curve_summary(const std::string& tag, std::span<const float> probabilities,
                              std::span<const uint8_t> truths, int64_t thresholds = 201);

// The graph of layers that TensorBoard calls conceptual; `json` as Keras' model.to_json() gives it.
SummaryValue keras_model_summary(const std::string& json);

// Any numbers, without a plugin that shows them; for tools that read event files.
SummaryValue tensor_summary(const std::string& tag, Array numbers);

}  // namespace dltrain::formats
