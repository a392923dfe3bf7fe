#include "formats/images/inspect.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "core/diagnostic.h"
#include "core/text.h"

namespace dltrain::formats {

void ImageBytes::refuse(const std::string& what) const {
  throw UserError(ExitCode::data, "unreadable-file", path_, what, "get the file again, or leave it out");
}

void ImageBytes::move_to(size_t position) {
  if (position > bytes_.size()) refuse("is truncated");
  at_ = position;
}

void ImageBytes::skip(size_t count) {
  if (count > bytes_.size() - at_) refuse("is truncated");
  at_ += count;
}

std::span<const std::byte> ImageBytes::take(size_t count) {
  if (count > bytes_.size() - at_) refuse("is truncated");
  at_ += count;
  return bytes_.subspan(at_ - count, count);
}

uint32_t ImageBytes::big(size_t width) {
  uint32_t value = 0;
  for (const std::byte byte : take(width)) value = value << 8 | std::to_integer<uint32_t>(byte);
  return value;
}

uint32_t ImageBytes::little(size_t width) {
  uint32_t value = 0;
  const std::span<const std::byte> bytes = take(width);
  for (size_t i = width; i-- > 0;) value = value << 8 | std::to_integer<uint32_t>(bytes[i]);
  return value;
}

namespace {

constexpr std::string_view png_signature("\x89PNG\r\n\x1a\n", 8);
constexpr std::string_view jpeg_signature("\xff\xd8\xff", 3);
constexpr std::string_view bmp_signature("BM", 2);

bool begins_with(std::span<const std::byte> bytes, std::string_view signature) {
  return bytes.size() >= signature.size() &&
         std::string_view(reinterpret_cast<const char*>(bytes.data()), signature.size()) == signature;
}

}  // namespace

bool begins_like_image(std::span<const std::byte> start) {
  return begins_with(start, png_signature) || begins_with(start, jpeg_signature) || begins_with(start, bmp_signature);
}

bool has_image_name(std::string_view path) {
  std::string name(path.substr(path.find_last_of('/') + 1));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array<std::string_view, 4> endings = {".png", ".jpg", ".jpeg", ".bmp"};
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) { return name.ends_with(ending); });
}

void check_size(const ImageBytes& bytes, const ImageInfo& info, const ImageLimits& limits) {
  const std::string size = std::to_string(info.width) + " x " + std::to_string(info.height) + " pixels";
  if (info.width < 1 || info.height < 1) bytes.refuse("has no pixels (" + size + ")");
  if (info.width > limits.side || info.height > limits.side || info.width * info.height > limits.pixels) {
    bytes.refuse("is too large (" + size + "; at most " + count_text(limits.pixels) + " pixels and " +
                 count_text(limits.side) + " a side)");
  }
}

ImageInfo inspect_image(std::span<const std::byte> file, const std::string& path, const ImageLimits& limits) {
  ImageBytes bytes(file, path);
  if (file.empty()) bytes.refuse("is empty");
  if (file.size() > limits.file)
    bytes.refuse("is " + bytes_text(file.size()) + " large; at most " + bytes_text(limits.file) + " are read");
  ImageInfo info;
  if (begins_with(file, png_signature)) {
    info = inspect_png(bytes);
  } else if (begins_with(file, jpeg_signature)) {
    info = inspect_jpeg(bytes, limits);
  } else if (begins_with(file, bmp_signature)) {
    info = inspect_bmp(bytes);
  } else {
    bytes.refuse("is not a PNG, JPEG or BMP image, or its beginning is damaged");
  }
  check_size(bytes, info, limits);
  return info;
}

}  // namespace dltrain::formats
