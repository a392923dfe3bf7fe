// The only file that sees OpenCV.
#include <cstdint>

#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "formats/images/module/entry.h"

namespace dltrain::formats::images {

namespace {

void prepare_library() {
  static const bool once = [] {
    cv::setNumThreads(1);  // callers have threads of their own
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    return true;
  }();
  static_cast<void>(once);
}

cv::Mat matrix_of(const Array& image) {
  return {static_cast<int>(image.shape[0]), static_cast<int>(image.shape[1]), CV_8UC(static_cast<int>(image.shape[2])),
          const_cast<std::byte*>(image.bytes.data())};
}

// A row that no image has by chance: multiples of an odd number.
uint8_t poison(int i, uint32_t key) { return static_cast<uint8_t>((static_cast<uint32_t>(i) * key) >> 24); }

bool is_poisoned(const cv::Mat& image, uint32_t key) {
  const uint8_t* row = image.ptr<uint8_t>(image.rows - 1);
  for (int i = 0; i < image.cols * image.channels(); ++i) {
    if (row[i] != poison(i + 1, key)) return false;
  }
  return true;
}

// Decodes over a poisoned last row: decoders write from top to bottom, and some keep silent when they stop early.
bool decode_over(const cv::Mat& file, int flags, cv::Mat& image, uint32_t key) {
  uint8_t* row = image.ptr<uint8_t>(image.rows - 1);
  for (int i = 0; i < image.cols * image.channels(); ++i) row[i] = poison(i + 1, key);
  const uint8_t* const memory = image.data;
  try {
    const cv::Mat decoded = cv::imdecode(file, flags, &image);
    return !decoded.empty() && image.data == memory;  // other memory: of another size than the header says
  } catch (const cv::Exception&) {
    return false;
  }
}

}  // namespace

extern "C" bool dltrain_images_decode(std::span<const std::byte> file, Array& image) {
  prepare_library();
  const bool grey = image.shape[2] == 1;
  const int flags = (grey ? cv::IMREAD_GRAYSCALE : cv::IMREAD_COLOR) | cv::IMREAD_IGNORE_ORIENTATION;
  const cv::Mat bytes(1, static_cast<int>(file.size()), CV_8UC1, const_cast<std::byte*>(file.data()));
  cv::Mat pixels = matrix_of(image);
  constexpr uint32_t key = 0x9e3779b1, other_key = 0x85ebca6b;
  if (!decode_over(bytes, flags, pixels, key)) return false;
  // A row that is the poison may be the image's own (narrow images): then it stays the same over another poison.
  if (is_poisoned(pixels, key) && (!decode_over(bytes, flags, pixels, other_key) || is_poisoned(pixels, other_key)))
    return false;
  if (!grey) cv::cvtColor(pixels, pixels, cv::COLOR_BGR2RGB);
  return true;
}

extern "C" void dltrain_images_resize(const Array& from, Array& to, Interpolation interpolation) {
  prepare_library();
  constexpr int methods[] = {cv::INTER_LINEAR, cv::INTER_AREA, cv::INTER_NEAREST_EXACT};
  cv::Mat target = matrix_of(to);
  cv::resize(matrix_of(from), target, target.size(), 0, 0, methods[static_cast<size_t>(interpolation)]);
}

}  // namespace dltrain::formats::images
