// Small networks as graphs, for tests of backends: training steps with everything that patterns and plans look at.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/array.h"
#include "graph/graph.h"
#include "graph/state.h"

namespace dltrain::test {

// A training step: inputs, the states it reads and replaces, result "loss".
struct Network {
  graph::Graph graph;
  graph::StateTable states;
};

// narrow: a model in mixed precision (graph/precision.h).

// x [rows, 20] -> 65 relu -> dropout -> 70 relu -> 10; sparse cross-entropy; Adam.
Network dense_network(int64_t rows, std::optional<DType> narrow = {});
// images [rows, 12, 12, 3] -> conv 3x3, 8, relu -> max pool -> conv 3x3, 16, relu -> max pool -> 10; SGD with momentum.
Network convolution_network(int64_t rows, std::optional<DType> narrow = {});
// images [rows, 8, 8, 4] -> conv, batch norm, relu -> (conv, batch norm + input) relu -> mean over pixels -> 10; SGD.
Network residual_network(int64_t rows, std::optional<DType> narrow = {});
// images [rows, 8, 8, 3] -> conv 3x3, 16, relu = a -> max pool -> conv 3x3, 32, relu -> transposed conv 2x2, 16 -> joined with
// a -> conv 3x3, 16, relu -> mean over pixels -> 10; SGD with momentum.
Network joining_network(int64_t rows, std::optional<DType> narrow = {});

// A value for every input of the graph by name: weights, data, scalars; always the same.
std::map<std::string, Array> example_inputs(const graph::Graph& graph);

}  // namespace dltrain::test
