// Resampling of images as matrices: row i holds the weights with which the old pixels make new pixel i.
#pragma once

#include <vector>

#include "core/convert.h"

namespace dltrain::layers {

enum class Interpolation {
  nearest,
  bilinear,
  bicubic,
  lanczos3,
  lanczos5
};
std::span<const EnumName<Interpolation>> enum_names(Interpolation);

// The weights [to, from], row-major, of the centres of `to` pixels among those of `from`. Kernels: triangle, Keys'
// cubic with a = -1/2, Lanczos' windowed sinc of radius 3 and 5; what lies outside is left out and the rest scaled to
// sum 1, as TensorFlow does without antialiasing.
std::vector<double> resampling_matrix(Interpolation interpolation, int64_t from, int64_t to);

}  // namespace dltrain::layers
