#include "backends/reference/tensor.h"

namespace dltrain::backends::reference {

Tensor::Tensor(const Array& array) : Tensor(graph::ValueType{array.dtype, array.shape}) {
  for (int64_t i = 0; i < array.elements(); ++i) (*this)[i] = element(array, i);
  if (array.dtype == DType::i64 && array.shape.rank() == 0) exact = array.as<int64_t>()[0];
}

Array Tensor::array() const {
  Array result(type.dtype, type.shape);
  for (int64_t i = 0; i < result.elements(); ++i) set_element(result, i, (*this)[i]);
  return result;
}

Tensor rounded_to(const Tensor& x, DType dtype) {
  if (byte_size(dtype) >= byte_size(x.type.dtype)) return x;
  Tensor narrow = x;
  narrow.type.dtype = dtype;
  const Array stored = narrow.array();
  for (int64_t i = 0; i < stored.elements(); ++i) narrow[i] = element(stored, i);
  return narrow;
}

std::vector<int64_t> broadcast_strides(const Shape& from, const Shape& to) {
  const std::vector<int64_t> own = strides_of(from);
  const size_t added = to.rank() - from.rank();
  std::vector<int64_t> strides(to.rank(), 0);
  for (size_t i = 0; i < from.rank(); ++i) strides[added + i] = from[i] == 1 ? 0 : own[i];
  return strides;
}

Walk::Walk(const Shape& shape, std::vector<std::vector<int64_t>> strides)
    : sizes_(shape.sizes()), strides_(std::move(strides)), index_(shape.rank(), 0), offsets_(strides_.size(), 0) {}

void Walk::next() {
  for (size_t axis = sizes_.size(); axis-- > 0;) {
    const bool carry = ++index_[axis] == sizes_[axis];
    for (size_t k = 0; k < offsets_.size(); ++k) {
      offsets_[k] += carry ? -strides_[k][axis] * (sizes_[axis] - 1) : strides_[k][axis];
    }
    if (!carry) return;
    index_[axis] = 0;
  }
}

}  // namespace dltrain::backends::reference
