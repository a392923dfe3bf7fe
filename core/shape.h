// The sizes of a value along its axes, outermost first; row-major. An empty shape is a scalar.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

namespace dltrain {

class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<int64_t> sizes) : sizes_(sizes) {}
  explicit Shape(std::vector<int64_t> sizes) : sizes_(std::move(sizes)) {}

  size_t rank() const { return sizes_.size(); }
  int64_t operator[](size_t axis) const { return sizes_[axis]; }
  int64_t& operator[](size_t axis) { return sizes_[axis]; }
  int64_t back() const { return sizes_.back(); }
  const std::vector<int64_t>& sizes() const { return sizes_; }
  auto begin() const { return sizes_.begin(); }
  auto end() const { return sizes_.end(); }
  bool operator==(const Shape&) const = default;

  // The number of elements; 1 for a scalar. Throws SizeOverflow.
  int64_t elements() const;
  // The axes [first, last) as a shape.
  Shape slice(size_t first, size_t last) const;
  Shape from(size_t first) const { return slice(first, rank()); }
  // This shape with the sizes of other behind it.
  Shape concat(const Shape& other) const;
  // "[2, 3]"
  std::string text() const;

 private:
  std::vector<int64_t> sizes_;
};

// -1 counts from the end. Returns 0..rank-1, or -1 if the axis is outside.
int64_t normalized_axis(int64_t axis, size_t rank);
// NumPy's broadcasting of two shapes; false if they do not fit.
bool broadcast(const Shape& a, const Shape& b, Shape& result);
// Row-major strides in elements.
std::vector<int64_t> strides_of(const Shape& shape);

}  // namespace dltrain
