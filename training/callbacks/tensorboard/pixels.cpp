#include "training/callbacks/tensorboard/pixels.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/text.h"

namespace dltrain::training {

namespace {

// Five rows of three pixels, one octal digit a row, the leftmost pixel counting four.
struct Glyph {
  char character;
  const char* rows;
};
constexpr Glyph glyphs[] = {
    {' ', "00000"}, {'0', "75557"}, {'1', "26227"}, {'2', "71747"}, {'3', "71717"}, {'4', "55711"}, {'5', "74717"},
    {'6', "74757"}, {'7', "71222"}, {'8', "75757"}, {'9', "75717"}, {'A', "25755"}, {'B', "65656"}, {'C', "34443"},
    {'D', "65556"}, {'E', "74647"}, {'F', "74644"}, {'G', "34553"}, {'H', "55755"}, {'I', "72227"}, {'J', "11152"},
    {'K', "55655"}, {'L', "44447"}, {'M', "57755"}, {'N', "65555"}, {'O', "25552"}, {'P', "65644"}, {'Q', "25563"},
    {'R', "65655"}, {'S', "34216"}, {'T', "72222"}, {'U', "55557"}, {'V', "55552"}, {'W', "55775"}, {'X', "55255"},
    {'Y', "55222"}, {'Z', "71247"}, {'.', "00002"}, {',', "00024"}, {'-', "00700"}, {':', "02020"}, {'%', "51245"},
    {'/', "11244"}, {'_', "00007"}, {'(', "12221"}, {')', "42224"}, {'>', "42124"}, {'<', "12421"}, {'=', "07070"},
    {'+', "02720"}, {'?', "71202"}, {'!', "22202"}, {'\'', "22000"}};
constexpr int64_t glyph_width = 4;

const char* rows_of(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  const auto found =
      std::find_if(std::begin(glyphs), std::end(glyphs), [&](const Glyph& g) { return g.character == c; });
  return found != std::end(glyphs) ? found->rows : rows_of('?');
}

}  // namespace

Picture::Picture(int64_t width, int64_t height, Color background) : pixels_(DType::u8, Shape{height, width, 3}) {
  fill(0, 0, width, height, background);
}

void Picture::fill(int64_t x, int64_t y, int64_t width, int64_t height, Color color) {
  const std::span<uint8_t> bytes = pixels_.as<uint8_t>();
  const int64_t right = std::min(x + width, this->width()), bottom = std::min(y + height, this->height());
  for (int64_t row = std::max<int64_t>(y, 0); row < bottom; ++row) {
    for (int64_t column = std::max<int64_t>(x, 0); column < right; ++column) {
      std::copy(color.begin(), color.end(), bytes.begin() + (row * this->width() + column) * 3);
    }
  }
}

void Picture::draw(int64_t x, int64_t y, const Array& image, int64_t scale) {
  const std::span<const uint8_t> bytes = image.as<uint8_t>();
  const int64_t width = image.shape[1], channels = image.shape[2];
  for (int64_t row = 0; row < image.shape[0]; ++row) {
    for (int64_t column = 0; column < width; ++column) {
      const auto at = static_cast<size_t>((row * width + column) * channels);
      const Color color =
          channels == 3 ? Color{bytes[at], bytes[at + 1], bytes[at + 2]} : Color{bytes[at], bytes[at], bytes[at]};
      fill(x + column * scale, y + row * scale, scale, scale, color);
    }
  }
}

void Picture::write(int64_t x, int64_t y, const std::string& text, Color color, int64_t scale) {
  for (size_t i = 0; i < text.size(); i += std::max<size_t>(utf8_length(std::string_view(text).substr(i)), 1)) {
    const char* rows = rows_of(text[i]);
    for (int64_t row = 0; row < 5; ++row) {
      for (int64_t column = 0; column < 3; ++column) {
        if (((rows[row] - '0') >> (2 - column) & 1) != 0)
          fill(x + column * scale, y + row * scale, scale, scale, color);
      }
    }
    x += glyph_width * scale;
  }
}

int64_t text_width(const std::string& text) { return static_cast<int64_t>(utf8_count(text)) * glyph_width; }

Array grey_levels(const Array& numbers, double low, double high) {
  Array levels(DType::u8, numbers.shape);
  const std::span<uint8_t> bytes = levels.as<uint8_t>();
  for (size_t i = 0; i < bytes.size(); ++i) {
    const double share = high > low ? (element(numbers, static_cast<int64_t>(i)) - low) / (high - low) : 0.5;
    bytes[i] = std::isfinite(share) ? static_cast<uint8_t>(std::lround(std::clamp(share, 0.0, 1.0) * 255)) : 0;
  }
  return levels;
}

}  // namespace dltrain::training
