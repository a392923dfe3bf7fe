// A graph as TensorBoard draws it: nodes with their inputs. "/" in names makes boxes that open.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/dtype.h"
#include "core/shape.h"
#include "formats/tfevents/event.h"

namespace dltrain::formats {

struct GraphNode {
  std::string name;
  std::string op;
  std::vector<std::string> inputs;  // names of nodes, "name:1" for a second output
  std::string device;
  std::vector<Shape> shapes;        // of the outputs, shown on the edges; -1 where a size is not fixed
  std::vector<std::pair<std::string, std::string>> attributes;

  bool operator==(const GraphNode&) const = default;
};

// The bytes of a GraphDef, for Event::graph.
std::string graph_bytes(const std::vector<GraphNode>& nodes);

}  // namespace dltrain::formats
