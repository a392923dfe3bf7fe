// Many image files as samples of one size: found in folders, checked, decoded by several threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/array.h"
#include "core/diagnostic.h"
#include "formats/images/image.h"

namespace dltrain::datasets {

// The image files of a folder and of those below it, in the order of their paths; hidden names are left out. `others`
// counts files that are not called like images.
std::vector<std::string> find_images(const std::string& folder, int64_t& others);

// How the pixels of a file become those of a sample.
struct ImageForm {
  int64_t height = 0;
  int64_t width = 0;
  bool grey = false;
  bool resize = false;  // else another size is an error
  formats::Interpolation interpolation = formats::Interpolation::bilinear;

  int64_t channels() const { return grey ? 1 : 3; }
  size_t bytes() const { return static_cast<size_t>(height * width * channels()); }
};

// The bytes of an image file. Throws UserError (data): not there, too large.
std::vector<std::byte> read_image_file(const std::string& path);
// Decodes and resizes them into `pixels` (form.bytes() long). Throws UserError (data) that names the file.
void decode_image_file(std::span<const std::byte> file, const std::string& path, const ImageForm& form,
                       std::span<std::byte> pixels);
// Both.
void load_image(const std::string& path, const ImageForm& form, std::span<std::byte> pixels);

struct ImageError {
  size_t image;
  Diagnostic error;
};

// Calls work(i) for i in 0..count-1 on as many threads as there are processors. Bad images (UserError, data) are
// collected and come back in the order of i; other exceptions end it. Throws UserError (interrupted) when *stop becomes
// true.
std::vector<ImageError> for_each_image(size_t count, const std::function<void(size_t)>& work,
                                       const std::atomic<bool>* stop);

// Whether a folder beside others can be that of a class: not what systems and archives of macOS put there.
bool can_be_class(const std::string& folder);

}  // namespace dltrain::datasets
