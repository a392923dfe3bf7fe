#include "graph/op.h"

namespace dltrain::graph {

void register_all(OpRegistry&);  // generated

void OpRegistry::add(Op op) {
  const std::string name = op.name;
  if (!ops_.emplace(name, std::move(op)).second) throw Bug("op \"" + name + "\" is registered twice");
}

const Op* OpRegistry::find(std::string_view name) const {
  const auto found = ops_.find(name);
  return found == ops_.end() ? nullptr : &found->second;
}

std::vector<std::string> OpRegistry::names() const {
  std::vector<std::string> names;
  for (const auto& [name, op] : ops_) names.push_back(name);
  return names;
}

const OpRegistry& op_registry() {
  static const OpRegistry registry = [] {
    OpRegistry all;
    register_all(all);
    return all;
  }();
  return registry;
}

}  // namespace dltrain::graph
