// Runs a graph once as a session does on the reference backend: every value is rounded to its dtype between the nodes,
// and states are zero at first. For formulas whose constants matter in float32; exact: run_on_reference (numbers.h).
#pragma once

#include <string>
#include <vector>

#include "graph/builder.h"
#include "tests/support/numbers.h"

namespace dltrain::test {

// The results and new states of a graph by name, from its data inputs by name.
Arrays run_in_session(const graph::Graph& graph, const Arrays& inputs);

// A graph input for an array; floats get the builder's real dtype.
graph::Value input_like(graph::Builder& b, const std::string& name, const Array& array);

std::vector<double> doubles(const Array& array);

}  // namespace dltrain::test
