#include "training/hints/evidence.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "models/check_support.h"

namespace dltrain::training::hints {

int64_t Answers::samples() const {
  int64_t sum = 0;
  for (const auto& row : confusion) sum = std::accumulate(row.begin(), row.end(), sum);
  return sum;
}

int64_t Answers::answered(size_t c) const {
  int64_t sum = 0;
  for (const auto& row : confusion) sum += row[c];
  return sum;
}

int64_t Answers::truly(size_t c) const { return std::accumulate(confusion[c].begin(), confusion[c].end(), int64_t{0}); }

std::optional<double> Evidence::fall() const {
  constexpr int64_t least_reports = 5;  // in a fifth of epoch one: single losses are noisy
  constexpr int64_t least_steps = 30;   // in the whole run
  if (moment == Moment::first_epoch) {
    const bool warms_up = curve.rate > curve.first_rate;
    if (curve.early_count < least_reports || curve.late_count < least_reports || warms_up) return std::nullopt;
    const double early = curve.early_sum / static_cast<double>(curve.early_count);
    const double late = curve.late_sum / static_cast<double>(curve.late_count);
    if (early <= 0) return std::nullopt;
    return 1 - late / early;
  }
  const double start = std::max(curve.first_loss.value_or(curve.first_epoch_loss), curve.first_epoch_loss);
  if (curve.steps < least_steps || curve.epochs < 2 || start <= 0) return std::nullopt;
  return 1 - curve.loss / start;
}

namespace {

double entropy(const std::vector<int64_t>& counts) {
  const double sum = static_cast<double>(std::accumulate(counts.begin(), counts.end(), int64_t{0}));
  double bits = 0;
  for (const int64_t count : counts) {
    if (count == 0) continue;
    const double p = static_cast<double>(count) / sum;
    bits -= p * std::log(p);
  }
  return bits;
}

}  // namespace

std::optional<double> Evidence::guessing() const {
  if (spec.train.outputs.size() != 1 || data.signature().has_weights) return std::nullopt;
  const models::OutputSpec& output = spec.train.outputs.front();
  if (output.class_weights || output.loss_weight != 1) return std::nullopt;
  const Setting* smoothing = output.loss.params.find("label_smoothing");
  if (smoothing != nullptr && smoothing->real() != nullptr && *smoothing->real() != 0) return std::nullopt;
  const std::string& kind = output.loss.kind;
  const DataField* field = models::target_of(spec.model, data.signature(), output.name);
  if (kind.ends_with("Crossentropy")) {
    if (field == nullptr || field->class_counts.empty()) return std::nullopt;
    return entropy(field->class_counts);
  }
  if (look.targets.empty()) return std::nullopt;
  const TargetValues& target = look.targets.front();
  if (kind == "MeanSquaredError") return target.deviation * target.deviation;
  if (kind == "MeanAbsoluteError") return target.absolute_deviation;
  return std::nullopt;
}

bool Evidence::better_than_guessing() const {
  constexpr double clearly = 0.9;
  const std::optional<double> guess = guessing();
  const bool fifth = moment == Moment::first_epoch && curve.late_count > 0;
  const double now = fifth ? curve.late_sum / static_cast<double>(curve.late_count) : curve.loss;
  return guess && now < clearly * *guess;
}

}  // namespace dltrain::training::hints
