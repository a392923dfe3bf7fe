// Running graphs in tests, and comparing arrays.
#pragma once

#include <map>
#include <string>

#include "backends/backend.h"
#include "core/array.h"
#include "graph/graph.h"

namespace dltrain::test {

using Arrays = std::map<std::string, Array>;

// The results of a graph on the reference, node by node in double.
Arrays run_on_reference(const graph::Graph& graph, const Arrays& inputs);

// How far `actual` may be from `expected`: |a - e| <= absolute + relative |e|. Infinities and not-a-numbers must agree.
struct Tolerance {
  double relative = 0;
  double absolute = 0;
};
// What a backend may lose in one op of that dtype.
Tolerance tolerance_of(DType dtype);

// Empty if they agree in type and, element by element, in value; else the first or worst difference in words.
std::string difference(const Array& actual, const Array& expected, Tolerance tolerance);

Array reals_array(Shape shape, const std::vector<double>& values, DType dtype = DType::f64);

}  // namespace dltrain::test
