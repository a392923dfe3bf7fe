#include "formats/images/write_png.h"

#include <zlib.h>

#include "core/diagnostic.h"

namespace dltrain::formats {

namespace {

void append_big(std::string& text, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(value >> shift & 0xff);
}

const Bytef* bytes_of(const std::string& text) { return reinterpret_cast<const Bytef*>(text.data()); }

void append_chunk(std::string& png, const std::string& name, const std::string& content) {
  const std::string body = name + content;
  append_big(png, static_cast<uint32_t>(content.size()));
  png += body;
  append_big(png, static_cast<uint32_t>(::crc32(0, bytes_of(body), static_cast<uInt>(body.size()))));
}

std::string deflated(const std::string& text) {
  uLongf size = ::compressBound(text.size());
  std::string packed(size, '\0');
  if (::compress2(reinterpret_cast<Bytef*>(packed.data()), &size, bytes_of(text), text.size(), 6) != Z_OK) {
    throw Bug("zlib cannot pack an image");
  }
  packed.resize(size);
  return packed;
}

// Rows, each behind its filter: differences to the pixel on the left, which pack better than the pixels.
std::string filtered_rows(const Array& image) {
  constexpr char filter_sub = 1;
  const auto channels = static_cast<size_t>(image.shape[2]);
  const size_t row = static_cast<size_t>(image.shape[1]) * channels;
  std::string rows;
  rows.reserve(image.bytes.size() + static_cast<size_t>(image.shape[0]));
  for (size_t start = 0; start < image.bytes.size(); start += row) {
    rows += filter_sub;
    for (size_t i = 0; i < row; ++i) {
      const auto left = i < channels ? 0 : static_cast<uint8_t>(image.bytes[start + i - channels]);
      rows += static_cast<char>(static_cast<uint8_t>(image.bytes[start + i]) - left);
    }
  }
  return rows;
}

}  // namespace

std::string png_bytes(const Array& image) {
  if (image.dtype != DType::u8 || image.shape.rank() != 3 || (image.shape[2] != 1 && image.shape[2] != 3) ||
      image.elements() == 0) {
    throw Bug("only images of bytes with 1 or 3 channels are written as PNG");
  }
  std::string header;
  append_big(header, static_cast<uint32_t>(image.shape[1]));
  append_big(header, static_cast<uint32_t>(image.shape[0]));
  const char color = image.shape[2] == 1 ? 0 : 2;
  header += {8, color, 0, 0, 0};  // bits, colour type, compression, filters, not interlaced
  std::string png = "\x89PNG\r\n\x1a\n";
  append_chunk(png, "IHDR", header);
  append_chunk(png, "IDAT", deflated(filtered_rows(image)));
  append_chunk(png, "IEND", {});
  return png;
}

}  // namespace dltrain::formats
