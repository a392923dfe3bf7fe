// Graphs, hyper-parameters, curves and layouts to bytes; and the module's one symbol.
#include "proto/plugins.pb.h"

#include <google/protobuf/stubs/logging.h>

#include "formats/tfevents/module/functions.h"
#include "formats/tfevents/module/types.h"
#include "proto/graph.pb.h"

namespace dltrain::formats::tfevents {

namespace {

// What api.proto calls these types.
int hparam_type(const HparamValue& value) {
  constexpr int text = 1, boolean = 2, number = 3;
  if (std::holds_alternative<bool>(value)) return boolean;
  return std::holds_alternative<double>(value) ? number : text;
}

void set(proto::Value& to, const HparamValue& value) {
  if (const bool* boolean = std::get_if<bool>(&value)) to.set_bool_value(*boolean);
  else if (const double* number = std::get_if<double>(&value)) to.set_number_value(*number);
  else to.set_string_value(std::get<std::string>(value));
}

proto::AttrValue& add_attribute(proto::NodeDef& node, const std::string& name) {
  proto::NodeDef::Attr& attribute = *node.add_attr();
  attribute.set_key(name);
  return *attribute.mutable_value();
}

}  // namespace

void encode_graph(const std::vector<GraphNode>& nodes, std::string& bytes) {
  proto::GraphDef graph;
  for (const GraphNode& node : nodes) {
    proto::NodeDef& to = *graph.add_node();
    to.set_name(node.name);
    to.set_op(node.op);
    to.set_device(node.device);
    for (const std::string& input : node.inputs) to.add_input(input);
    for (const auto& [name, text] : node.attributes) add_attribute(to, name).set_s(text);
    if (node.shapes.empty()) continue;
    proto::AttrValue::ListValue& shapes = *add_attribute(to, "_output_shapes").mutable_list();
    for (const Shape& shape : node.shapes) set_shape(*shapes.add_shape(), shape);
  }
  graph.mutable_versions()->set_producer(22);  // the oldest that today's readers know
  bytes = serialized(graph);
}

void encode_experiment(const std::string& description, double created, const Hparams& hparams,
                       const std::vector<HparamMetric>& metrics, std::string& bytes) {
  proto::HParamsPluginData data;
  proto::Experiment& experiment = *data.mutable_experiment();
  experiment.set_description(description);
  experiment.set_time_created_secs(created);
  for (const auto& [name, value] : hparams) {
    proto::HParamInfo& info = *experiment.add_hparam_infos();
    info.set_name(name);
    info.set_type(hparam_type(value));
  }
  for (const HparamMetric& metric : metrics) {
    proto::MetricInfo& info = *experiment.add_metric_infos();
    info.mutable_name()->set_group(metric.group);
    info.mutable_name()->set_tag(metric.tag);
    info.set_display_name(metric.name);
    info.set_dataset_type(metric.training ? 1 : 2);
  }
  bytes = serialized(data);
}

void encode_session_start(const std::string& group, double time, const Hparams& hparams, std::string& bytes) {
  proto::HParamsPluginData data;
  proto::SessionStartInfo& info = *data.mutable_session_start_info();
  info.set_group_name(group);
  info.set_start_time_secs(time);
  for (const auto& [name, value] : hparams) {
    proto::SessionStartInfo::Hparam& to = *info.add_hparams();
    to.set_key(name);
    set(*to.mutable_value(), value);
  }
  bytes = serialized(data);
}

void encode_session_end(int status, double time, std::string& bytes) {
  proto::HParamsPluginData data;
  data.mutable_session_end_info()->set_status(status);
  data.mutable_session_end_info()->set_end_time_secs(time);
  bytes = serialized(data);
}

void encode_pr_curve(int64_t thresholds, std::string& bytes) {
  proto::PrCurvePluginData data;
  data.set_num_thresholds(static_cast<uint32_t>(thresholds));
  bytes = serialized(data);
}

void encode_layout(const std::vector<ScalarCategory>& categories, std::string& bytes) {
  proto::Layout layout;
  for (const ScalarCategory& category : categories) {
    proto::Category& to = *layout.add_category();
    to.set_title(category.title);
    for (const ScalarChart& chart : category.charts) {
      proto::Chart& lines = *to.add_chart();
      lines.set_title(chart.title);
      for (const std::string& tag : chart.tags) lines.mutable_multiline()->add_tag(tag);
    }
  }
  bytes = serialized(layout);
}

extern "C" const Functions* dltrain_tfevents_functions() {
  static constexpr Functions all = {encode_event,         decode_event,       encode_graph,    encode_experiment,
                                    encode_session_start, encode_session_end, encode_pr_curve, encode_layout};
  google::protobuf::SetLogHandler(nullptr);  // damage is reported by who reads the file
  return &all;
}

}  // namespace dltrain::formats::tfevents
