// Builds components from text and layers into graphs, and evaluates graphs with the reference.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "backends/reference/tensor.h"
#include "core/schema.h"
#include "graph/state.h"
#include "layers/registry.h"

namespace dltrain::test {

using Numbers = std::vector<double>;

// All families of layers/.
const Catalogue& catalogue();

// A component in canonical form from JSON, e.g. {"type": "Dense", "units": 4}. Fails the test with the diagnostics if
// it is wrong.
Component from_json(const std::string& family, const std::string& text);
Component component(const std::string& family, const Setting& setting);
// What reading the JSON complains about: the texts "what" and "help" of each diagnostic, empty if nothing.
std::vector<Diagnostic> complaints(const std::string& family, const Setting& setting);
Setting json(const std::string& text);

// What a layer is fed with: float32 stands for the real dtype of the graph.
struct Fed {
  graph::ValueType type;
  bool masked = false;
  Shape mask_shape = {};
};

// A graph with one layer called "layer", inputs "x0", ... and "mask0", ..., results "y0" and "out_mask0" where there is
// a mask.
struct Built {
  graph::Graph graph;
  graph::StateTable states;
  std::vector<layers::Tensor> outputs;
  std::vector<graph::Value> added_losses;

  Shape shape(size_t output = 0) const { return graph.type(outputs[output].value).shape; }
  // "kernel bias": the states without the layer's path, in order.
  std::string state_names() const;
};

struct Options {
  bool training = true;
  bool trainable = true;
  DType real = DType::f64;
};

Built build(const Component& layer, const std::vector<Fed>& inputs, const Options& options = {});
Built build(const Component& layer, const std::vector<Shape>& inputs, const Options& options = {});
// With gradients: results "gx0", ... of sum(y0 * c) with respect to each real input, and "g:<state>" of each trained
// weight; c is the input "c0".
Built build_with_gradients(const Component& layer, const std::vector<Fed>& inputs, const Options& options = {});

// Where a graph is evaluated: node by node in double, or as training does on the processor.
enum class On {
  reference,
  processor
};
std::string text_of(On on);
DType real_on(On on);

// The results and new states by name; what is not given (seed, step) is 0.
std::map<std::string, backends::reference::Tensor> evaluate(const graph::Graph& graph,
                                                            const std::map<std::string, Numbers>& inputs,
                                                            On on = On::reference);

// Distinct numbers between -1 and 1 in mixed order, always the same for the same name.
Numbers some_numbers(const std::string& name, int64_t count);

}  // namespace dltrain::test
