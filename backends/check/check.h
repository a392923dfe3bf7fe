// Two backends side by side: every node of a graph on both, with the same inputs. What `dltrain crosscheck` and tests
// use to find the kernel that computes something else, not the place where it shows.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "backends/session.h"
#include "core/array.h"
#include "graph/graph.h"

namespace dltrain::backends {

// One output of one node.
struct CheckedValue {
  size_t node = 0;             // in CheckReport::graph
  int output = 0;
  std::string implementation;  // of the tested backend
  double worst = 0;            // largest difference as a share of what is allowed; above 1 is a failure
  std::string difference;      // in words, where it is a failure

  bool agrees() const { return difference.empty(); }
};

struct CheckReport {
  graph::Graph graph;  // after the passes and fusions of the tested backend
  std::vector<CheckedValue> values;

  // The first in the order of computation; null if there is none.
  const CheckedValue* first_failure() const;
  bool agrees() const { return first_failure() == nullptr; }
  // One line a failure with layer, node and kernel, then a summary.
  std::string text() const;
};

// Floats may differ by `tolerance` of themselves plus `tolerance` of the largest number of their value (sums of many
// terms lose what cancels); integers and truth values not at all. Composites that read narrow numbers are allowed what
// those are, in all their results.
double check_tolerance(DType dtype);

// `inputs` holds a value for every input of the graph by name: data, scalars and states. Each node of the graph, fused
// as `tested` would, is given what `trusted` computes for its inputs. States of the sessions are neither read nor
// written, but for new ones called "check/...".
CheckReport check_backends(const graph::Graph& graph, const std::map<std::string, Array>& inputs, Session& trusted,
                           Session& tested);

}  // namespace dltrain::backends
