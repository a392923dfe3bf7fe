#include "layers/support/resampling.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/checked.h"

namespace dltrain::layers {

std::span<const EnumName<Interpolation>> enum_names(Interpolation) {
  static constexpr EnumName<Interpolation> names[] = {{Interpolation::nearest, "nearest"},
                                                      {Interpolation::bilinear, "bilinear"},
                                                      {Interpolation::bicubic, "bicubic"},
                                                      {Interpolation::lanczos3, "lanczos3"},
                                                      {Interpolation::lanczos5, "lanczos5"}};
  return names;
}

namespace {

double triangle(double x) { return std::max(0.0, 1 - std::fabs(x)); }

double keys_cubic(double x) {  // Keys 1981, a = -1/2
  x = std::fabs(x);
  if (x >= 2) return 0;
  if (x >= 1) return ((-0.5 * x + 2.5) * x - 4) * x + 2;
  return (1.5 * x - 2.5) * x * x + 1;
}

double lanczos(double x, double radius) {
  x = std::fabs(x);
  if (x > radius) return 0;
  if (x < 1e-3) return 1;
  const double angle = std::numbers::pi * x;
  return radius * std::sin(angle) * std::sin(angle / radius) / (angle * angle);
}

double kernel(Interpolation interpolation, double x) {
  switch (interpolation) {
    case Interpolation::nearest: return x >= -0.5 && x < 0.5 ? 1 : 0;
    case Interpolation::bilinear: return triangle(x);
    case Interpolation::bicubic: return keys_cubic(x);
    case Interpolation::lanczos3: return lanczos(x, 3);
    case Interpolation::lanczos5: return lanczos(x, 5);
  }
  return 0;
}

}  // namespace

std::vector<double> resampling_matrix(Interpolation interpolation, int64_t from, int64_t to) {
  std::vector<double> weights(to_size(checked_multiply(from, to)), 0.0);
  const double step = static_cast<double>(from) / static_cast<double>(to);
  for (int64_t row = 0; row < to; ++row) {
    const double centre = (static_cast<double>(row) + 0.5) * step - 0.5;
    double* row_weights = weights.data() + row * from;
    double sum = 0;
    for (int64_t pixel = 0; pixel < from; ++pixel) {
      row_weights[pixel] = kernel(interpolation, static_cast<double>(pixel) - centre);
      sum += row_weights[pixel];
    }
    for (int64_t pixel = 0; pixel < from; ++pixel) row_weights[pixel] /= sum;
  }
  return weights;
}

}  // namespace dltrain::layers
