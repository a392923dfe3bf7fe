#include "models/keras_paths.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/text.h"

namespace dltrain::models {

namespace {

// Keras' map_graph for our layers. A "node" is one call: a LayerSpec, or an input. An "operation" is the layer that is
// called.
class FunctionalOrder {
 public:
  explicit FunctionalOrder(const ModelSpec& model) : model_(model) {
    for (const LayerSpec& layer : model.layers) calls_[layer.name] = &layer;
  }

  // Operation names in Keras' order; inputs included.
  std::vector<std::string> run() {
    for (const std::string& output : model_.outputs) visit(output);
    for (auto node = finished_.rbegin(); node != finished_.rend(); ++node) settle(*node);
    std::vector<std::string> order;
    for (const auto& [operation, index] : index_) order.push_back(operation);
    std::sort(order.begin(), order.end(), [&](const std::string& a, const std::string& b) {
      return operation_depth_[a] != operation_depth_[b] ? operation_depth_[a] > operation_depth_[b]
                                                        : index_[a] < index_[b];
    });
    return order;
  }

 private:
  std::string operation_of(const std::string& node) const {
    const auto call = calls_.find(node);
    if (call == calls_.end() || call->second->reuse.empty()) return node;
    return call->second->reuse;
  }

  std::vector<std::string> parents(const std::string& node) const {
    const auto call = calls_.find(node);
    return call == calls_.end() ? std::vector<std::string>{} : call->second->inputs;
  }

  // Depth first; an operation gets its number when it is entered, a node is listed when it is left. Without recursion:
  // models may be thousands of layers deep.
  void visit(const std::string& start) {
    std::vector<std::pair<std::string, size_t>> stack;
    enter(start, stack);
    while (!stack.empty()) {
      const std::string node = stack.back().first;
      const std::vector<std::string> next = parents(node);
      if (stack.back().second < next.size()) {
        enter(next[stack.back().second++], stack);
        continue;
      }
      finished_.push_back(node);
      stack.pop_back();
    }
  }

  void enter(const std::string& node, std::vector<std::pair<std::string, size_t>>& stack) {
    if (!entered_.insert(node).second) return;
    index_.emplace(operation_of(node), index_.size());
    stack.emplace_back(node, 0);
  }

  void settle(const std::string& node) {
    int64_t& of_operation = operation_depth_[operation_of(node)];
    const int64_t depth = std::max(node_depth_[node], of_operation);
    of_operation = depth;
    node_depth_[node] = depth;
    for (const std::string& parent : parents(node)) node_depth_[parent] = std::max(node_depth_[parent], depth + 1);
  }

  const ModelSpec& model_;
  std::map<std::string, const LayerSpec*> calls_;
  std::set<std::string> entered_;
  std::map<std::string, size_t> index_;
  std::vector<std::string> finished_;
  std::map<std::string, int64_t> node_depth_, operation_depth_;
};

}  // namespace

std::vector<KerasLayer> keras_layers(const ModelSpec& model) {
  std::map<std::string, std::string> kinds;
  for (const LayerSpec& layer : model.layers) {
    if (layer.reuse.empty()) kinds[layer.name] = layer.component.kind;
  }
  std::vector<std::string> order;
  if (model.sequential) {
    for (const LayerSpec& layer : model.layers) order.push_back(layer.name);
  } else {
    order = FunctionalOrder(model).run();
  }
  std::map<std::string, int> seen;
  std::vector<KerasLayer> layers;
  for (const std::string& name : order) {
    const auto kind = kinds.find(name);
    if (kind == kinds.end()) continue;  // an input of the model
    const std::string base = snake_case(kind->second);
    const int count = seen[base]++;
    layers.push_back({name, "layers/" + base + (count > 0 ? "_" + std::to_string(count) : ""), kind->second});
  }
  return layers;
}

namespace {

// Where Keras puts a weight that is not the layer's own but that of a layer inside.
struct Inner {
  std::string group;  // "/cell", "" for the layer's own
  std::string name;  // of that layer
};

Inner inner_of(const std::string& kind, const std::string& weight) {
  if (kind == "LSTM" || kind == "GRU" || kind == "SimpleRNN") return {"/cell", snake_case(kind) + "_cell"};
  if (kind == "MultiHeadAttention") {
    const std::string part = weight.substr(0, weight.find('/'));
    return {part == "attention_output" ? "/output_dense" : "/" + part + "_dense", part};
  }
  return {};
}

}  // namespace

std::vector<KerasVariable> keras_variables(const ModelSpec& model, const graph::StateTable& states) {
  std::vector<KerasVariable> variables;
  for (const KerasLayer& layer : keras_layers(model)) {
    std::map<std::string, int> numbers;  // by group
    for (const graph::StateRole role : {graph::StateRole::weight, graph::StateRole::buffer}) {
      for (const graph::StateInfo& info : states.list()) {
        if (info.owner != layer.name || info.role != role) continue;
        const Inner inner = inner_of(layer.kind, info.name.substr(info.owner.size() + 1));
        const std::string group = layer.group + inner.group;
        variables.push_back(
            {group, inner.name.empty() ? layer.name : inner.name, numbers[group]++, info.name, layer.name});
      }
    }
  }
  return variables;
}

}  // namespace dltrain::models
