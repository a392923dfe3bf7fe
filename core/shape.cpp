#include "core/shape.h"

#include <algorithm>

#include "core/checked.h"
#include "core/text.h"

namespace dltrain {

int64_t Shape::elements() const {
  int64_t count = 1;
  for (const int64_t size : sizes_) count = checked_multiply(count, size);
  return count;
}

Shape Shape::slice(size_t first, size_t last) const {
  return Shape(
      std::vector<int64_t>(sizes_.begin() + static_cast<long>(first), sizes_.begin() + static_cast<long>(last)));
}

Shape Shape::concat(const Shape& other) const {
  std::vector<int64_t> sizes = sizes_;
  sizes.insert(sizes.end(), other.sizes_.begin(), other.sizes_.end());
  return Shape(std::move(sizes));
}

std::string Shape::text() const { return shape_text(sizes_); }

int64_t normalized_axis(int64_t axis, size_t rank) {
  const int64_t count = static_cast<int64_t>(rank);
  if (axis < 0) axis += count;
  return axis >= 0 && axis < count ? axis : -1;
}

bool broadcast(const Shape& a, const Shape& b, Shape& result) {
  const size_t rank = std::max(a.rank(), b.rank());
  std::vector<int64_t> sizes(rank);
  for (size_t i = 0; i < rank; ++i) {
    const int64_t x = i < rank - a.rank() ? 1 : a[i - (rank - a.rank())];
    const int64_t y = i < rank - b.rank() ? 1 : b[i - (rank - b.rank())];
    if (x != y && x != 1 && y != 1) return false;
    sizes[i] = x == 1 ? y : x;
  }
  result = Shape(std::move(sizes));
  return true;
}

std::vector<int64_t> strides_of(const Shape& shape) {
  std::vector<int64_t> strides(shape.rank(), 1);
  for (size_t i = shape.rank(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return strides;
}

}  // namespace dltrain
