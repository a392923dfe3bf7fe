// What the operations that made a value say about its numbers: whether they are probabilities.
#pragma once

#include "graph/graph.h"

namespace dltrain::models {

enum class Origin {
  unknown,  // nothing
  linear,  // any number: a product with weights, a normalization
  activation,  // a function whose values are no probabilities: relu, tanh, ...
  sigmoid,  // each in 0..1
  softmax,  // each row sums to 1
};

struct Made {
  Origin origin = Origin::unknown;
  const graph::Node* by = nullptr;  // the node that decided; the value's own where nothing did
};

// Looks through what keeps it: other shapes and dtypes, pooling and means, dropout, and sums, products and rows of values
// that are no probabilities.
Made origin_of(const graph::Graph& graph, graph::Value value);

// Whether the layer that gives the value ends in a product with weights of its own, or in a function of one: one that has
// an activation to write.
bool ends_own_product(const graph::Graph& graph, graph::Value value);

}  // namespace dltrain::models
