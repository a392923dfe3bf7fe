// A use of every layer: what it is given, and what it must give. The golden shapes of the catalogue.
#pragma once

#include <string>
#include <vector>

#include "core/dtype.h"
#include "core/shape.h"

namespace dltrain::test {

struct LayerSample {
  std::string layer;  // JSON
  std::vector<Shape> inputs;
  Shape output;
  std::string states;  // names in order
  DType dtype = DType::f32;
};

const std::vector<LayerSample>& layer_samples();

}  // namespace dltrain::test
