// Element types and shapes, between dltrain and TensorFlow's messages; and messages to bytes.
#pragma once

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <optional>
#include <string>

#include "core/dtype.h"
#include "core/shape.h"
#include "proto/tensor.pb.h"

namespace dltrain::formats::tfevents {

namespace proto = ::dltrain::tfevents::proto;

proto::DataType data_type(DType dtype);
std::optional<DType> dtype_of(proto::DataType type);
void set_shape(proto::TensorShape& to, const Shape& shape);
// None for sizes that are negative or overflow when multiplied.
std::optional<Shape> shape_of(const proto::TensorShape& shape);

// Equal messages give equal bytes: maps are written in the order of their keys.
template <class Message> std::string serialized(const Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

}  // namespace dltrain::formats::tfevents
