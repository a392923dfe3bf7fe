// What every op means, in plain loops: the measure of all other backends. Arithmetic and sums are in double; a
// composite is evaluated through its expansion without rounding in between.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "backends/reference/tensor.h"
#include "graph/op.h"

namespace dltrain::backends::reference {

// One node with what it reads and writes. Outputs are zeros of the node's types at first.
struct Call {
  const graph::Attributes& attributes;
  std::vector<const Tensor*> inputs;
  std::vector<Tensor>& outputs;

  const Tensor& in(size_t i = 0) const { return *inputs[i]; }
  Tensor& out(size_t i = 0) const { return outputs[i]; }
};

using Evaluate = void (*)(const Call&);

class Evaluations {
 public:
  void add(std::string op, Evaluate evaluate);  // a Bug if the name is taken
  Evaluate find(std::string_view op) const;     // null if there is none

 private:
  std::map<std::string, Evaluate, std::less<>> map_;
};

// The loops of all primitives (backends/reference/ops/*.cpp).
const Evaluations& evaluations();

// The outputs of one node. A Bug for an op that has neither a loop nor an expansion.
std::vector<Tensor> evaluate(const graph::Node& node, const std::vector<const Tensor*>& inputs);

// The results and new states of a graph by name, from its inputs by name. A Bug if an input is missing.
std::map<std::string, Tensor> interpret(const graph::Graph& graph, const std::map<std::string, Tensor>& inputs);

}  // namespace dltrain::backends::reference
