// Events to bytes.
#include <span>

#include "formats/tfevents/module/functions.h"
#include "formats/tfevents/module/types.h"
#include "proto/event.pb.h"

namespace dltrain::formats::tfevents {

namespace {

void fill(proto::Tensor& tensor, const Array& numbers) {
  tensor.set_dtype(data_type(numbers.dtype));
  set_shape(*tensor.mutable_tensor_shape(), numbers.shape);
  if (!numbers.bytes.empty()) tensor.set_tensor_content(numbers.bytes.data(), numbers.bytes.size());
}

void fill(proto::Tensor& tensor, const Texts& texts) {
  tensor.set_dtype(proto::DT_STRING);
  set_shape(*tensor.mutable_tensor_shape(), texts.shape);
  for (const std::string& item : texts.items) tensor.add_string_val(item);
}

void fill(proto::Summary::Value& to, const SummaryValue& value) {
  to.set_tag(value.tag);
  std::visit([&](const auto& data) { fill(*to.mutable_tensor(), data); }, value.data);
  proto::SummaryMetadata& metadata = *to.mutable_metadata();
  metadata.mutable_plugin_data()->set_plugin_name(value.plugin);
  metadata.mutable_plugin_data()->set_content(value.plugin_content);
  metadata.set_summary_description(value.description);
}

}  // namespace

void encode_event(const Event& event, std::vector<std::byte>& bytes) {
  proto::Event message;
  message.set_wall_time(event.wall_time);
  message.set_step(event.step);
  if (!event.file_version.empty()) message.set_file_version(event.file_version);
  else if (!event.graph.empty()) message.set_graph_def(event.graph);
  else {
    for (const SummaryValue& value : event.values) fill(*message.mutable_summary()->add_value(), value);
  }
  const std::string text = serialized(message);
  const auto view = std::as_bytes(std::span(text));
  bytes.assign(view.begin(), view.end());
}

}  // namespace dltrain::formats::tfevents
