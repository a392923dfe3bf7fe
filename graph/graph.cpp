#include "graph/graph.h"

#include <algorithm>

#include "core/checked.h"

namespace dltrain::graph {

int64_t ValueType::bytes() const { return checked_multiply(elements(), static_cast<int64_t>(byte_size(dtype))); }

std::string ValueType::text() const { return std::string(name(dtype)) + shape.text(); }

const Input* Graph::input(std::string_view name) const {
  const auto found = std::find_if(inputs.begin(), inputs.end(), [&](const Input& i) { return i.name == name; });
  return found == inputs.end() ? nullptr : &*found;
}

const Input* Graph::input_at(Value value) const {
  const auto found = std::lower_bound(inputs.begin(), inputs.end(), value,
                                      [](const Input& input, Value wanted) { return input.value < wanted; });
  return found == inputs.end() || found->value != value ? nullptr : &*found;
}

const Output* Graph::output(std::string_view name) const {
  const auto found = std::find_if(outputs.begin(), outputs.end(), [&](const Output& o) { return o.name == name; });
  return found == outputs.end() ? nullptr : &*found;
}

std::vector<std::vector<int>> Graph::use_counts() const {
  std::vector<std::vector<int>> counts;
  counts.reserve(nodes.size());
  for (const Node& node : nodes) counts.emplace_back(node.outputs.size(), 0);
  const auto count = [&](Value value) { ++counts[static_cast<size_t>(value.node)][static_cast<size_t>(value.output)]; };
  for (const Node& node : nodes) std::for_each(node.inputs.begin(), node.inputs.end(), count);
  for (const Output& output : outputs) count(output.value);
  return counts;
}

}  // namespace dltrain::graph
