// Operands of the reference backend: every dtype as doubles, so that each op is one plain loop. A result is rounded to
// its dtype once, when it is stored. Integers are exact up to 2^53.
#pragma once

#include <vector>

#include "core/array.h"
#include "graph/graph.h"

namespace dltrain::backends::reference {

struct Tensor {
  graph::ValueType type;
  std::vector<double> values;  // row-major
  int64_t exact = 0;           // the value of an int64 scalar from an array: a seed needs all its bits

  Tensor() = default;
  explicit Tensor(graph::ValueType t) : type(std::move(t)), values(static_cast<size_t>(type.elements()), 0) {}
  explicit Tensor(const Array& array);
  // Rounded to the dtype (core/array.h).
  Array array() const;

  const Shape& shape() const { return type.shape; }
  double& operator[](int64_t i) { return values[static_cast<size_t>(i)]; }
  double operator[](int64_t i) const { return values[static_cast<size_t>(i)]; }
};

// x with its numbers rounded to `dtype`, where that is narrower than its own: weights that are kept wide beside narrow
// numbers.
Tensor rounded_to(const Tensor& x, DType dtype);

// Strides with which `from` is read where it is broadcast to `to`: 0 along axes that are repeated.
std::vector<int64_t> broadcast_strides(const Shape& from, const Shape& to);

// Walks over `shape` in row-major order; `offset(k)` is the place in operand k, given that operand's strides.
class Walk {
 public:
  Walk(const Shape& shape, std::vector<std::vector<int64_t>> strides);
  int64_t offset(size_t operand) const { return offsets_[operand]; }
  void next();

 private:
  const std::vector<int64_t> sizes_;
  const std::vector<std::vector<int64_t>> strides_;
  std::vector<int64_t> index_;
  std::vector<int64_t> offsets_;
};

}  // namespace dltrain::backends::reference
