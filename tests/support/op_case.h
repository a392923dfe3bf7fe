// A table of examples of every op: what to feed it with and which attributes to give it. Made once, used to test
// inference, gradients, expansions, and every backend against the reference.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/array.h"
#include "graph/graph.h"

namespace dltrain::test {

// What one input of an example is filled with. float32 stands for the real dtype under test.
struct Operand {
  enum class Fill {
    uniform,
    integers,
    distinct,
    listed
  };

  graph::ValueType type;
  Fill fill = Fill::uniform;
  double low = -1, high = 1;        // uniform, distinct: [low, high); integers: [low, high]
  std::vector<double> values = {};  // listed: repeated as often as needed
  bool wide = false;  // in a test of narrow numbers it stays float32, as what the op's registration lists does anyhow
};

// Reals in [low, high).
Operand reals(Shape shape, double low = -1, double high = 1);
// Reals in [low, high) that keep a distance from each other, in mixed order: for maxima, whose gradient jumps.
Operand apart(Shape shape, double low = -1, double high = 1);
Operand integers(Shape shape, double low, double high, DType dtype = DType::i32);
Operand booleans(Shape shape);
Operand listed(Shape shape, std::vector<double> values, DType dtype = DType::f32);

// The same, kept float32 where the test is of narrow numbers.
Operand wide(Operand operand);

struct OpCase {
  std::string op;
  std::string name;  // what is special about it
  std::vector<Operand> inputs;
  graph::Attributes attributes = {};
  // False where a derivative is not defined or not meant.
  bool differentiable = true;

  std::string title() const { return op + ": " + name; }
};

// All examples; every op of the registry has at least one but "input", which is no computation.
const std::vector<OpCase>& op_cases();

// The case with its real numbers in `real`, as far as models hold them so: where `real` is narrow, ops that are never
// given narrow numbers are left in float32, and so are parameters and what is marked wide. A graph with the inputs "x0", "x1", ... and the results "y0", "y1", ...
graph::Graph op_case_graph(const OpCase& op_case, DType real);
// Its inputs by name, always the same.
std::map<std::string, Array> op_case_inputs(const OpCase& op_case, DType real);

}  // namespace dltrain::test
