// Bytes to events. Whatever the bytes are, the result is an event or none.
#include <cstring>

#include "formats/tfevents/module/functions.h"
#include "formats/tfevents/module/types.h"
#include "proto/event.pb.h"

namespace dltrain::formats::tfevents {

namespace {

// Elements that stand in a field of their own type; a single one counts for all (as TensorFlow reads them).
template <class Field> bool fill_from(const Field& field, Array& array) {
  const int64_t elements = array.elements();
  if (field.size() != elements && !(field.size() == 1 && elements > 1)) return false;
  for (int64_t i = 0; i < elements; ++i) {
    set_element(array, i, static_cast<double>(field.Get(field.size() == 1 ? 0 : static_cast<int>(i))));
  }
  return true;
}

bool read_numbers(const proto::Tensor& tensor, const Shape& shape, SummaryValue& value) {
  const std::optional<DType> dtype = dtype_of(tensor.dtype());
  constexpr int64_t most = int64_t{1} << 28;  // elements that need not stand in the file one by one
  if (!dtype || shape.elements() > most) return false;
  const std::string& content = tensor.tensor_content();
  if (!content.empty()) {
    if (content.size() != static_cast<size_t>(shape.elements()) * byte_size(*dtype)) return false;
    Array array(*dtype, shape);
    std::memcpy(array.bytes.data(), content.data(), content.size());
    value.data = std::move(array);
    return true;
  }
  Array array(*dtype, shape);
  bool read = shape.elements() == 0;
  if (*dtype == DType::f32) read = read || fill_from(tensor.float_val(), array);
  else if (*dtype == DType::f64) read = read || fill_from(tensor.double_val(), array);
  else if (*dtype == DType::i32) read = read || fill_from(tensor.int_val(), array);
  else if (*dtype == DType::i64) read = read || fill_from(tensor.int64_val(), array);
  value.data = std::move(array);
  return read;
}

bool read_tensor(const proto::Tensor& tensor, SummaryValue& value) {
  const std::optional<Shape> shape = shape_of(tensor.tensor_shape());
  if (!shape) return false;
  if (tensor.dtype() != proto::DT_STRING) return read_numbers(tensor, *shape, value);
  if (shape->elements() != tensor.string_val_size()) return false;
  value.data = Texts{*shape, {tensor.string_val().begin(), tensor.string_val().end()}};
  return true;
}

// The values of TensorFlow 1, in today's form.
bool read_simple(float number, SummaryValue& value) {
  Array array(DType::f32, Shape{});
  array.as<float>()[0] = number;
  value.plugin = "scalars";
  value.data = std::move(array);
  return true;
}

bool read_image(const proto::Summary::Image& image, SummaryValue& value) {
  value.plugin = "images";
  value.data =
      Texts{Shape{3}, {std::to_string(image.width()), std::to_string(image.height()), image.encoded_image_string()}};
  return true;
}

bool read_histogram(const proto::Histogram& histogram, SummaryValue& value) {
  if (histogram.bucket_size() != histogram.bucket_limit_size()) return false;
  Array rows(DType::f64, Shape{histogram.bucket_size(), 3});
  std::span<double> cells = rows.as<double>();
  double left = histogram.min();
  for (int i = 0; i < histogram.bucket_size(); ++i) {
    const auto at = static_cast<size_t>(i) * 3;
    cells[at] = left;
    cells[at + 1] = left = i + 1 == histogram.bucket_size() ? histogram.max() : histogram.bucket_limit(i);
    cells[at + 2] = histogram.bucket(i);
  }
  value.plugin = "histograms";
  value.data = std::move(rows);
  return true;
}

// False for kinds of values that are not known here (sound): they are left out.
bool read_value(const proto::Summary::Value& from, SummaryValue& value) {
  value.tag = from.tag();
  value.plugin = from.metadata().plugin_data().plugin_name();
  value.plugin_content = from.metadata().plugin_data().content();
  value.description = from.metadata().summary_description();
  switch (from.value_case()) {
    case proto::Summary::Value::kSimpleValue: return read_simple(from.simple_value(), value);
    case proto::Summary::Value::kImage: return read_image(from.image(), value);
    case proto::Summary::Value::kHisto: return read_histogram(from.histo(), value);
    case proto::Summary::Value::kTensor: return read_tensor(from.tensor(), value);
    case proto::Summary::Value::VALUE_NOT_SET: return false;
  }
  return false;
}

}  // namespace

bool decode_event(std::span<const std::byte> bytes, Event& event) {
  proto::Event message;
  if (bytes.size() > INT32_MAX || !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return false;
  event = {};
  event.wall_time = message.wall_time();
  event.step = message.step();
  event.file_version = message.file_version();
  event.graph = message.graph_def();
  for (const proto::Summary::Value& from : message.summary().value()) {
    SummaryValue value;
    if (read_value(from, value)) event.values.push_back(std::move(value));
  }
  return true;
}

}  // namespace dltrain::formats::tfevents
