// A model as boxes and arrows, folded so that it can be read: blocks to one box, small layers into the box above them.
#pragma once

#include <string>
#include <vector>

#include "models/program.h"

namespace dltrain::app {

struct DrawnBox {
  std::string name;
  std::vector<std::string> lines;  // below the name: types with what is not default
  int64_t parameters = 0;          // trained ones and others
  int64_t times = 1;               // so many such boxes in a chain
  int64_t layers = 1;              // inside; more than one in a folded block
  std::string shape;               // what it gives: "28 × 28 × 16"
  bool is_input = false, is_output = false, is_block = false;
  std::string reuse;               // name of the box whose weights it uses
};

struct DrawnArrow {
  size_t from, to;
  std::string shape;
};

struct Drawing {
  std::string title;
  std::vector<DrawnBox> boxes;  // in an order in which they can be computed
  std::vector<DrawnArrow> arrows;
};

// `unfold`: every layer has a box of its own, named by its path.
Drawing draw_model(const models::Program& program, bool unfold);

// The drawing in Graphviz' language. Boxes whose names have a path are framed by its parts.
std::string dot_text(const Drawing& drawing);

}  // namespace dltrain::app
