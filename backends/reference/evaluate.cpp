#include "backends/reference/evaluate.h"

#include "graph/builder.h"

namespace dltrain::backends::reference {

void register_all(Evaluations&);  // generated

void Evaluations::add(std::string op, Evaluate evaluate) {
  if (!map_.emplace(op, evaluate).second) throw Bug("the reference evaluates \"" + op + "\" twice");
}

Evaluate Evaluations::find(std::string_view op) const {
  const auto found = map_.find(op);
  return found == map_.end() ? nullptr : found->second;
}

const Evaluations& evaluations() {
  static const Evaluations table = [] {
    Evaluations all;
    register_all(all);
    return all;
  }();
  return table;
}

namespace {

using Values = std::vector<std::vector<Tensor>>;  // [node][output]

std::vector<const Tensor*> read(const Values& values, const std::vector<graph::Value>& inputs) {
  std::vector<const Tensor*> result;
  for (const graph::Value v : inputs)
    result.push_back(&values[static_cast<size_t>(v.node)][static_cast<size_t>(v.output)]);
  return result;
}

std::vector<Tensor> evaluate_expansion(const graph::Node& node, const std::vector<const Tensor*>& inputs) {
  graph::Graph meaning;
  graph::StateTable states;
  graph::Builder builder(meaning, states, false);
  graph::Node inner = node;
  inner.scope = 0;
  Values values;
  for (size_t i = 0; i < inputs.size(); ++i) {
    inner.inputs[i] = builder.input(std::to_string(i), graph::InputKind::data, inputs[i]->type);
    values.push_back({*inputs[i]});
  }
  const std::vector<graph::Value> outputs = node.op->expand(builder, inner);
  for (size_t i = inputs.size(); i < meaning.nodes.size(); ++i) {
    values.push_back(evaluate(meaning.nodes[i], read(values, meaning.nodes[i].inputs)));
  }
  std::vector<Tensor> results;
  for (const Tensor* output : read(values, outputs)) results.push_back(*output);
  return results;
}

}  // namespace

std::vector<Tensor> evaluate(const graph::Node& node, const std::vector<const Tensor*>& inputs) {
  if (const Evaluate loop = evaluations().find(node.op->name)) {
    std::vector<Tensor> outputs;
    for (const graph::ValueType& type : node.outputs) outputs.emplace_back(type);
    loop({node.attributes, inputs, outputs});
    return outputs;
  }
  if (node.op->expand == nullptr) throw Bug("the reference cannot evaluate \"" + node.op->name + "\"");
  return evaluate_expansion(node, inputs);
}

std::map<std::string, Tensor> interpret(const graph::Graph& graph, const std::map<std::string, Tensor>& inputs) {
  Values values;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const graph::Node& node = graph.nodes[i];
    if (node.op->name != "input") {
      values.push_back(evaluate(node, read(values, node.inputs)));
      continue;
    }
    const auto found = inputs.find(node.attributes.get<std::string>("name"));
    if (found == inputs.end())
      throw Bug("a graph has an input that is not given: " + node.attributes.get<std::string>("name"));
    values.push_back({found->second});
  }
  std::map<std::string, Tensor> results;
  for (const graph::Output& output : graph.outputs) results[output.name] = *read(values, {output.value})[0];
  return results;
}

}  // namespace dltrain::backends::reference
