#include "training/callbacks/tensorboard/image_like.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "training/callbacks/tensorboard/pixels.h"

namespace dltrain::training {

bool is_image(const Shape& sample) {
  const bool has_channels = sample.rank() == 3 && (sample[2] == 1 || sample[2] == 3);
  return (sample.rank() == 2 || has_channels) && sample[0] >= 4 && sample[1] >= 4;
}

Array image_of(const Array& batch, int64_t i) {
  double low = INFINITY, high = -INFINITY;
  for (int64_t k = 0; k < batch.elements(); ++k) {
    low = std::min(low, element(batch, k));
    high = std::max(high, element(batch, k));
  }
  if (low >= 0 && high <= 255) {
    low = 0;
    high = high <= 1 ? 1 : 255;
  }
  const Shape sample = batch.shape.from(1);
  Array one(batch.dtype, Shape{sample[0], sample[1], sample.rank() == 3 ? sample[2] : 1});
  std::memcpy(one.bytes.data(), batch.bytes.data() + static_cast<size_t>(i) * one.bytes.size(), one.bytes.size());
  return grey_levels(one, low, high);
}

}  // namespace dltrain::training
