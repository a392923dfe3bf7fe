// A model as TensorBoard draws it.
#pragma once

#include <string>
#include <vector>

#include "formats/tfevents/graph_def.h"
#include "graph/graph.h"
#include "models/program.h"

namespace dltrain::training {

// The layers with their connections, as Keras' model.to_json() describes a functional model.
std::string keras_model_json(const models::Program& program);

// The operations of a graph, those of a layer inside a box of its name; weights are nodes of their own.
std::vector<formats::GraphNode> graph_nodes(const graph::Graph& graph);

}  // namespace dltrain::training
