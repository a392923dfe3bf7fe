#include "graph/state.h"

#include "core/diagnostic.h"

namespace dltrain::graph {

const StateInfo& StateTable::require(const StateInfo& info) {
  const auto [found, is_new] = index_.emplace(info.name, list_.size());
  if (is_new) list_.push_back(info);
  const StateInfo& known = list_[found->second];
  if (known.type != info.type) {
    throw Bug("state \"" + info.name + "\" is " + known.type.text() + " and " + info.type.text());
  }
  return known;
}

const StateInfo* StateTable::find(const std::string& name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &list_[found->second];
}

}  // namespace dltrain::graph
