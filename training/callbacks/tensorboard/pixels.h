// Pictures made of pixels, rectangles and small letters: what TensorBoard's images are put together from.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "core/array.h"

namespace dltrain::training {

using Color = std::array<uint8_t, 3>;  // red, green, blue

constexpr Color white = {255, 255, 255};
constexpr Color black = {0, 0, 0};

class Picture {
 public:
  Picture(int64_t width, int64_t height, Color background = white);

  int64_t width() const { return pixels_.shape[1]; }
  int64_t height() const { return pixels_.shape[0]; }
  const Array& pixels() const { return pixels_; }  // u8 [height, width, 3]

  // What lies outside of the picture is left out, here and below.
  void fill(int64_t x, int64_t y, int64_t width, int64_t height, Color color);
  // u8 [h, w, 1 or 3], each pixel as a square of `scale`.
  void draw(int64_t x, int64_t y, const Array& image, int64_t scale);
  // Capital letters, figures and some signs; others become "?". Each character is 4 x 6 pixels, times `scale`.
  void write(int64_t x, int64_t y, const std::string& text, Color color, int64_t scale = 1);

 private:
  Array pixels_;
};

// The width of a text in pixels at scale 1.
int64_t text_width(const std::string& text);

// u8 [h, w, C] from real numbers [h, w, C]: `low` becomes 0, `high` 255; what is not finite becomes 0.
Array grey_levels(const Array& numbers, double low, double high);

}  // namespace dltrain::training
