#include "training/callbacks/tensorboard/model_graph.h"

#include <map>
#include <set>

#include "formats/json/json.h"
#include "graph/op.h"

namespace dltrain::training {

namespace {

// A layer and which of its calls: what keras_history holds.
using Call = std::pair<std::string, int64_t>;

Table keras_tensor(const Call& call) {
  Table config;
  config.set("keras_history", List{Setting(call.first), Setting(call.second), Setting(0)});
  Table tensor;
  tensor.set("class_name", "__keras_tensor__");
  tensor.set("config", std::move(config));
  return tensor;
}

// {"args": [...], "kwargs": {}}: one call of a layer.
Table inbound_node(const std::vector<Call>& inputs) {
  List tensors;
  for (const Call& call : inputs) tensors.emplace_back(keras_tensor(call));
  Table node;
  node.set("args", inputs.size() == 1 ? tensors : List{Setting(tensors)});
  node.set("kwargs", Table());
  return node;
}

Table layer_table(const std::string& kind, const std::string& name, const std::string& dtype, Table config) {
  config.set("name", name);
  config.set("dtype", dtype);
  Table layer;
  layer.set("class_name", kind);
  layer.set("config", std::move(config));
  layer.set("name", name);
  layer.set("inbound_nodes", List());
  return layer;
}

List tensors_of(const std::vector<Call>& calls) {
  List list;
  for (const Call& call : calls) list.emplace_back(List{Setting(call.first), Setting(call.second), Setting(0)});
  return list;
}

}  // namespace

std::string keras_model_json(const models::Program& program) {
  const models::Spec& spec = program.spec();
  std::vector<Table> layers;
  std::map<std::string, size_t> index;  // of a layer
  std::map<std::string, Call> calls;    // by the name of the call
  std::vector<Call> inputs, outputs;
  for (const DataField& input : program.signature().inputs) {
    inputs.push_back({input.name, 0});
    calls[input.name] = inputs.back();
    layers.push_back(layer_table("InputLayer", input.name, std::string(name(input.dtype)), {}));
  }
  for (const models::LayerSpec& layer : spec.model.layers) {
    const std::string& owner = layer.reuse.empty() ? layer.name : layer.reuse;
    if (layer.reuse.empty()) {
      index[owner] = layers.size();
      layers.push_back(layer_table(layer.component.kind, owner, "float32", layer.component.params));
    }
    List& nodes = *layers[index.at(owner)].find("inbound_nodes")->list();
    std::vector<Call> from;
    for (const std::string& input : layer.inputs) from.push_back(calls.at(input));
    calls[layer.name] = {owner, static_cast<int64_t>(nodes.size())};
    nodes.emplace_back(inbound_node(from));
  }
  for (const std::string& output : spec.model.outputs) outputs.push_back(calls.at(output));

  List list;
  for (Table& layer : layers) list.emplace_back(std::move(layer));
  Table config;
  config.set("name", spec.name);
  config.set("layers", std::move(list));
  config.set("input_layers", tensors_of(inputs));
  config.set("output_layers", tensors_of(outputs));
  Table model;
  model.set("class_name", "Functional");
  model.set("config", std::move(config));
  return formats::json_text(Setting(std::move(model)));
}

std::vector<formats::GraphNode> graph_nodes(const graph::Graph& graph) {
  std::vector<std::string> names(graph.nodes.size());
  for (const graph::Input& input : graph.inputs) names[static_cast<size_t>(input.value.node)] = input.name;
  std::map<std::string, int> taken;
  std::vector<formats::GraphNode> nodes;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const graph::Node& node = graph.nodes[i];
    if (names[i].empty()) {
      const std::string& path = graph.scope(node).path;
      names[i] = (path.empty() ? "" : path + "/") + node.op->name;
    }
    const int same = taken[names[i]]++;
    if (same > 0) names[i] += "_" + std::to_string(same);
    formats::GraphNode drawn{names[i], node.op->name, {}, {}, {}, {}};
    for (const graph::Value& value : node.inputs) {
      const std::string& from = names[static_cast<size_t>(value.node)];
      drawn.inputs.push_back(value.output == 0 ? from : from + ":" + std::to_string(value.output));
    }
    for (const graph::ValueType& type : node.outputs) drawn.shapes.push_back(type.shape);
    nodes.push_back(std::move(drawn));
  }
  for (const graph::Input& input : graph.inputs) {
    formats::GraphNode& node = nodes[static_cast<size_t>(input.value.node)];
    node.op = input.kind == graph::InputKind::state ? "Weight" : "Input";
  }
  return nodes;
}

}  // namespace dltrain::training
