// Data that can be shown as images.
#pragma once

#include <optional>

#include "core/array.h"

namespace dltrain::training {

// Whether samples of this shape are images: [height, width] or [height, width, 1 or 3], at least 4 x 4.
bool is_image(const Shape& sample);

// Sample number `i` of a batch [n, ...] of images, as u8 [height, width, 1 or 3]. Levels: 0..1 or 0..255 if the batch
// lies within that and its greatest value says which, else from the batch's least to its greatest value.
Array image_of(const Array& batch, int64_t i);

}  // namespace dltrain::training
