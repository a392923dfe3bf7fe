// Gradients of a graph against central finite differences in double.
#pragma once

#include <string>

#include "tests/support/numbers.h"

namespace dltrain::test {

// Differentiates sum(cotangent * result) over all real results with respect to all real inputs, by graph/autodiff.h and
// by central differences on the reference, and compares. `graph` and `inputs` are in float64. Empty if they agree.
std::string gradient_difference(const graph::Graph& graph, const Arrays& inputs, Tolerance tolerance = {1e-6, 1e-6});

}  // namespace dltrain::test
