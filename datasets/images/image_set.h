// A folder of images, one folder for each class, as samples.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "datasets/images/image_files.h"
#include "datasets/source.h"

namespace dltrain::datasets {

enum class ColorMode {
  automatic,
  grayscale,
  rgb
};
enum class OnBadImage {
  error,
  skip
};

struct ImageSetOptions {
  std::optional<std::array<int64_t, 2>> image_size;  // height, width; none: all images have one size
  ColorMode color_mode = ColorMode::automatic;       // automatic: grey if all images are
  formats::Interpolation interpolation = formats::Interpolation::bilinear;
  OnBadImage on_error = OnBadImage::error;
  std::optional<double> scale;
  std::vector<std::string> classes;  // of the folders, in the order of their numbers; empty: sorted
  bool target_is_input = false;      // an autoencoder; folders mean nothing then
  uint64_t cache = 0;                // bytes; sets that are larger are decoded again for each batch
};

// Throws UserError (data) for folders without classes or images, unknown classes, images of different sizes, bad images
// (unless skipped). `notes` receives what was decided and how many images were skipped.
Samples load_image_set(const std::string& folder, const ImageSetOptions& options, const LoadRequest& request,
                       std::vector<std::string>& notes);

}  // namespace dltrain::datasets
