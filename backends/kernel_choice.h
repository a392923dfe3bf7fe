// Which implementations were chosen by timing (backends/tuning.h), for plans that are to use them: a plain value that a run
// keeps. What is not in it goes by the backend's rules.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace dltrain::backends {

struct KernelChoice {
  std::string implementation;
  double seconds = 0;  // of one run, packing included; 0: not timed
  std::string rule;  // what would be taken without timing
  double rule_seconds = 0;  // of that
  bool operator==(const KernelChoice&) const = default;
};

struct KernelChoices {
  std::string processor;  // DeviceInfo::description of where they were timed
  std::map<std::string, KernelChoice> kernels;  // by kernel_key
  bool operator==(const KernelChoices&) const = default;
};

// All that candidates, their speed and their results depend on beside the machine, as a text: op, attributes, types of
// what is read and written, and which inputs are states.
std::string kernel_key(const graph::Graph& graph, const graph::Node& node, const std::vector<bool>& output_used);

}  // namespace dltrain::backends
