// Which kernels there are for an op. Candidates are tried in the order in which they were added, fastest first; each
// may refuse a node with a reason. One file per family of ops under kernels/, found by CMake; a file adds its
// candidates in register_<file>(KernelRegistry&).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backends/backend.h"
#include "backends/onednn/machine.h"

namespace dltrain::backends::onednn {

// What a kernel is asked for.
struct Request {
  const graph::Graph& graph;
  const graph::Node& node;
  const std::vector<bool>& output_used;
  const Machine& machine;

  const std::string& op() const;
  const graph::ValueType& input(size_t i) const { return graph.type(node.inputs[i]); }
  const graph::ValueType& output(size_t i = 0) const { return node.outputs[i]; }
};

struct Candidate {
  Support (*accepts)(const Request&) = nullptr;
  std::unique_ptr<Kernel> (*make)(const Request&) = nullptr;
};

class KernelRegistry {
 public:
  void add(const std::string& op, Candidate candidate) { candidates_[op].push_back(candidate); }
  // Empty for an op that this backend does not know.
  const std::vector<Candidate>& find(std::string_view op) const;

 private:
  std::map<std::string, std::vector<Candidate>, std::less<>> candidates_;
};

// All candidates; built once.
const KernelRegistry& kernel_registry();

// Yes if the first input is float32 or bfloat16; what the others are follows from it (graph/op.h). With `narrow` false,
// only for float32.
Support only_real(const Request& request, bool narrow = true);
// Yes if all inputs and outputs are float32, but for inputs from number `floats` on.
Support only_float32(const Request& request, size_t floats = SIZE_MAX);

}  // namespace dltrain::backends::onednn
