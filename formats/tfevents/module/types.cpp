#include "formats/tfevents/module/types.h"

#include "core/diagnostic.h"

namespace dltrain::formats::tfevents {

proto::DataType data_type(DType dtype) {
  switch (dtype) {
    case DType::f64: return proto::DT_DOUBLE;
    case DType::f32: return proto::DT_FLOAT;
    case DType::f16: return proto::DT_HALF;
    case DType::bf16: return proto::DT_BFLOAT16;
    case DType::i8: return proto::DT_INT8;
    case DType::u8: return proto::DT_UINT8;
    case DType::i32: return proto::DT_INT32;
    case DType::i64: return proto::DT_INT64;
    case DType::boolean: return proto::DT_BOOL;
  }
  throw Bug("a dtype that event files have no name for");
}

std::optional<DType> dtype_of(proto::DataType type) {
  for (const DType dtype : {DType::f64, DType::f32, DType::f16, DType::bf16, DType::i8, DType::u8, DType::i32,
                            DType::i64, DType::boolean}) {
    if (data_type(dtype) == type) return dtype;
  }
  return std::nullopt;
}

void set_shape(proto::TensorShape& to, const Shape& shape) {
  for (const int64_t size : shape) to.add_dim()->set_size(size);
}

std::optional<Shape> shape_of(const proto::TensorShape& shape) {
  constexpr int64_t most = int64_t{1} << 40;  // elements
  std::vector<int64_t> sizes;
  int64_t elements = 1;
  for (const proto::TensorShape::Dim& dim : shape.dim()) {
    if (dim.size() < 0 || dim.size() > most) return std::nullopt;
    if (elements > 0 && dim.size() > most / elements) return std::nullopt;
    elements *= dim.size();
    sizes.push_back(dim.size());
  }
  return Shape(std::move(sizes));
}

}  // namespace dltrain::formats::tfevents
