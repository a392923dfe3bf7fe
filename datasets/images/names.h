// How recipes spell the choices of images.
#pragma once

#include <array>
#include <span>

#include "core/convert.h"
#include "datasets/images/image_set.h"

namespace dltrain::formats {

inline std::span<const EnumName<Interpolation>> enum_names(Interpolation) {
  static constexpr std::array<EnumName<Interpolation>, 3> names = {
      {{Interpolation::bilinear, "bilinear"}, {Interpolation::area, "area"}, {Interpolation::nearest, "nearest"}}};
  return names;
}

}  // namespace dltrain::formats

namespace dltrain::datasets {

inline std::span<const EnumName<ColorMode>> enum_names(ColorMode) {
  static constexpr std::array<EnumName<ColorMode>, 3> names = {
      {{ColorMode::automatic, "auto"}, {ColorMode::grayscale, "grayscale"}, {ColorMode::rgb, "rgb"}}};
  return names;
}

inline std::span<const EnumName<OnBadImage>> enum_names(OnBadImage) {
  static constexpr std::array<EnumName<OnBadImage>, 2> names = {
      {{OnBadImage::error, "error"}, {OnBadImage::skip, "skip"}}};
  return names;
}

}  // namespace dltrain::datasets
