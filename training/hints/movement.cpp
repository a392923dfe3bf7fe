#include "training/hints/movement.h"

#include <algorithm>
#include <cmath>

namespace dltrain::training::hints {

NamedArrays kernels(const Observer& observer) {
  constexpr int64_t most_of_one = 1 << 17, most_of_all = 1 << 20;
  NamedArrays found;
  int64_t sum = 0;
  for (const graph::StateInfo& info : observer.program().states().list()) {
    const int64_t elements = info.type.shape.elements();
    const bool kernel = info.role == graph::StateRole::weight && info.trainable && info.type.shape.rank() >= 2;
    if (!kernel || info.type.dtype != DType::f32 || elements > most_of_one || sum + elements > most_of_all) continue;
    sum += elements;
    found.emplace_back(info.name, observer.weight(info.name));
  }
  return found;
}

namespace {

double relative_change(std::span<const float> before, std::span<const float> after) {
  double change = 0, size = 0;
  for (size_t i = 0; i < before.size(); ++i) {
    const double w = before[i], d = static_cast<double>(after[i]) - w;
    change += d * d;
    size += w * w;
  }
  return size == 0 ? 0 : std::sqrt(change / size);
}

}  // namespace

Movement movement(const NamedArrays& before, const NamedArrays& after) {
  std::vector<double> ratios;
  for (size_t i = 0; i < std::min(before.size(), after.size()); ++i) {
    const double ratio = relative_change(before[i].second.as<float>(), after[i].second.as<float>());
    if (ratio > 0 && std::isfinite(ratio)) ratios.push_back(ratio);
  }
  if (ratios.empty()) return {};
  const auto middle = ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2);
  std::nth_element(ratios.begin(), middle, ratios.end());
  return {*middle};
}

}  // namespace dltrain::training::hints
