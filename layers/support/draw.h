// Fills arrays with random numbers, element by element; and the fans that scale them.
#pragma once

#include "core/array.h"
#include "core/random.h"

namespace dltrain::layers {

void fill_constant(Array& values, double value);
void fill_uniform(Array& values, const RandomStream& stream, double low, double high);
void fill_normal(Array& values, const RandomStream& stream, double mean, double deviation);
// A normal distribution cut at two deviations. Element i is the first of normal(0, i), normal(1, i), ... within the
// cut: rejection by counter, so that elements stay independent of each other.
void fill_truncated_normal(Array& values, const RandomStream& stream, double mean, double deviation);

// Keras' compute_fans: inputs and outputs of a unit. Kernels are [window..., in, out].
struct Fans {
  double in;
  double out;
};
Fans fans_of(const Shape& shape);

// Variance scaling (Glorot and Bengio 2010; He et al. 2015): variance = scale / max(1, fan).
enum class FanMode {
  fan_in,
  fan_out,
  fan_avg
};
enum class Distribution {
  truncated_normal,
  untruncated_normal,
  uniform
};
void fill_scaled(Array& values, const RandomStream& stream, double scale, FanMode mode, Distribution distribution);

}  // namespace dltrain::layers
