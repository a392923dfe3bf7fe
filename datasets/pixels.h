// The scale of images whose pixels are bytes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/array.h"
#include "datasets/preparation.h"

namespace dltrain::datasets {

// The factor for `values` [N, ...]: as a contract fixes it for this input, as the recipe gives it, or 1/255 for images
// of bytes (u8, [N, H, W] and more axes) and 1 for all else. A default of 1/255 is said in `notes`.
double pixel_scale(const Array& values, std::optional<double> given, const DataContract* contract, size_t input,
                   const std::string& path, std::vector<std::string>& notes);

}  // namespace dltrain::datasets
