// The values that the forward part of a training step computes, and who reads them: what recomputation chooses from.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "graph/recompute.h"

namespace dltrain::graph {

// A value that a forward node computes, views of it included.
struct ForwardValue {
  Value value;
  int64_t bytes = 0;
  int32_t last_forward_read = -1;  // node
  bool is_read_backward = false;
  bool is_result = false;  // of the graph: stays in any case
};

class ForwardPart {
 public:
  explicit ForwardPart(const Graph& graph);

  const Graph& graph() const { return graph_; }
  // The first node of the backward part; 0 if there is no result "loss".
  int32_t end() const { return end_; }
  // What a view looks at, through all views.
  Value root(Value value) const;
  // In the order of their nodes.
  const std::vector<ForwardValue>& values() const { return values_; }
  // Null for inputs, and for what the backward part computes.
  const ForwardValue* find(Value root) const;
  // Statistics, constants and the like: not worth a computation.
  bool is_small(const ForwardValue& value) const { return value.bytes <= largest_ / 256; }

 private:
  void note_read(Value value, int32_t reader);

  const Graph& graph_;
  int32_t end_ = 0;
  int64_t largest_ = 0;  // bytes
  std::vector<ForwardValue> values_;
  std::vector<std::vector<int32_t>> index_;  // [node][output], of values_; -1: none
};

using ValueSet = std::set<Value>;

// Puts copies of the nodes that compute `dropped` (forward values) before the first backward nodes that need them.
Recomputed without_keeping(const ForwardPart& forward, const ValueSet& dropped);

// The forward values that the parts of a wish shall not keep. Adds the names of parts that keep nothing anyhow.
ValueSet dropped_by_parts(const ForwardPart& forward, const std::vector<RecomputePart>& parts,
                          std::vector<std::string>& without_effect);

// The forward values that are best not kept: see recompute_choice.cpp.
ValueSet choose_dropped(const ForwardPart& forward, const std::vector<NodeMemory>& needs,
                        const std::vector<NodeWork>& works);

}  // namespace dltrain::graph
