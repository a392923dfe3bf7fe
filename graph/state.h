// What stays on the device between runs: weights, optimizer slots, running averages, counters, metric sums.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/component.h"
#include "graph/graph.h"

namespace dltrain::graph {

enum class StateRole {
  weight,    // trained, or frozen by `trainable = false`
  buffer,    // non-trainable part of the model: moving averages, normalization statistics
  slot,      // of the optimizer
  counter,   // optimizer/iteration, first bad step
  metric,    // sums since the last reset
  gradient,  // accumulated over micro-batches
};

struct StateInfo {
  std::string name;  // "dense/kernel", "optimizer/dense/kernel/momentum"
  ValueType type;
  StateRole role = StateRole::weight;
  bool trainable = true;               // weights only
  Component initializer;               // family "initializer"; kind empty: zeros
  std::optional<Component> regularizer;
  std::optional<Component> constraint;
  double learning_rate_factor = 1;
  std::string owner;                   // path of the layer
};

// All states of a program in the order of their creation, by name.
class StateTable {
 public:
  // Adds, or finds what is there: a Bug if the same name has another type.
  const StateInfo& require(const StateInfo& info);
  const StateInfo* find(const std::string& name) const;
  const std::vector<StateInfo>& list() const { return list_; }

 private:
  std::vector<StateInfo> list_;
  std::map<std::string, size_t> index_;
};

}  // namespace dltrain::graph
