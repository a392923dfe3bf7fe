#include "formats/images/image.h"

#include "core/diagnostic.h"
#include "core/module.h"
#include "formats/images/module/entry.h"

namespace dltrain::formats {

Array decode_image(std::span<const std::byte> file, const std::string& path, bool grey, const ImageLimits& limits) {
  const ImageInfo info = inspect_image(file, path, limits);
  static const auto decode = module_function<images::Decode>("images", images::decode_symbol, "to read image files");
  Array image(DType::u8, Shape{info.height, info.width, grey ? 1 : 3});
  if (!decode(file, image)) {
    throw UserError(ExitCode::data, "unreadable-file", path, "cannot be decoded: its pixels are damaged or incomplete",
                    "get the file again, or leave it out");
  }
  return image;
}

Array resize_image(const Array& image, int64_t height, int64_t width, Interpolation interpolation) {
  if (image.dtype != DType::u8 || image.shape.rank() != 3) throw Bug("only images of bytes are resized");
  if (image.shape[0] == height && image.shape[1] == width) return image;
  static const auto resize = module_function<images::Resize>("images", images::resize_symbol, "to resize images");
  Array resized(DType::u8, Shape{height, width, image.shape[2]});
  resize(image, resized, interpolation);
  return resized;
}

}  // namespace dltrain::formats
