#include "layers/support/draw.h"

#include <algorithm>
#include <cmath>

namespace dltrain::layers {
namespace {

template <class F> void fill(Array& values, F&& value_of) {
  const int64_t count = values.elements();
  for (int64_t i = 0; i < count; ++i) set_element(values, i, value_of(static_cast<uint64_t>(i)));
}

// The standard deviation of a standard normal distribution that is cut at -2 and 2.
constexpr double truncated_deviation = 0.87962566103423978;

}  // namespace

void fill_constant(Array& values, double value) {
  fill(values, [=](uint64_t) { return value; });
}

void fill_uniform(Array& values, const RandomStream& stream, double low, double high) {
  fill(values, [&](uint64_t i) { return low + (high - low) * stream.uniform_double(0, i); });
}

void fill_normal(Array& values, const RandomStream& stream, double mean, double deviation) {
  fill(values, [&](uint64_t i) { return mean + deviation * stream.normal(0, i); });
}

void fill_truncated_normal(Array& values, const RandomStream& stream, double mean, double deviation) {
  fill(values, [&](uint64_t i) {
    double drawn = stream.normal(0, i);
    for (uint64_t attempt = 1; std::fabs(drawn) > 2; ++attempt) drawn = stream.normal(attempt, i);
    return mean + deviation * drawn;
  });
}

Fans fans_of(const Shape& shape) {
  if (shape.rank() == 0) return {1, 1};
  if (shape.rank() == 1) return {static_cast<double>(shape[0]), static_cast<double>(shape[0])};
  const size_t last = shape.rank() - 1;
  const auto window = static_cast<double>(shape.slice(0, last - 1).elements());
  return {static_cast<double>(shape[last - 1]) * window, static_cast<double>(shape[last]) * window};
}

void fill_scaled(Array& values, const RandomStream& stream, double scale, FanMode mode, Distribution distribution) {
  const Fans fans = fans_of(values.shape);
  const double fan = mode == FanMode::fan_in ? fans.in : mode == FanMode::fan_out ? fans.out : (fans.in + fans.out) / 2;
  const double variance = scale / std::max(1.0, fan);
  switch (distribution) {
    case Distribution::uniform: {
      const double limit = std::sqrt(3 * variance);
      return fill_uniform(values, stream, -limit, limit);
    }
    case Distribution::untruncated_normal: return fill_normal(values, stream, 0, std::sqrt(variance));
    case Distribution::truncated_normal:
      return fill_truncated_normal(values, stream, 0, std::sqrt(variance) / truncated_deviation);
  }
}

}  // namespace dltrain::layers
