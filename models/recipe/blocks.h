// [blocks.NAME]: pieces of model with parameters, used like layer types. They are written out before layers are read:
// what comes after sees plain layers, those of a block called "residual/c1".
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/recipe/reading.h"

namespace dltrain::models {

// A block as the recipe defines it.
struct Block {
  std::string name;
  Place place;
  Table params;                        // with their defaults
  std::vector<std::string> required;   // parameters without a default
  std::vector<std::string> inputs;     // names by which its layers take what it takes
  std::vector<std::string> outputs;  // of its layers; the first is what the next layer takes. Empty: the last layer
  const List* layers = nullptr;
};
using Blocks = std::map<std::string, Block>;

// Reads the definitions; what is wrong with them is reported, used or not.
Blocks read_blocks(Reading& reading);

// Layers with blocks and repeats written out.
struct WrittenOut {
  List layers;
  std::vector<size_t> numbers;  // for each, the index of what it comes from in [model] layers
  // What the name of a block stands for: the layer whose output it gives.
  std::map<std::string, std::string> outputs;
};
WrittenOut write_out(Reading& reading, const Blocks& blocks, const List& layers,
                     const std::vector<InputSpec>& model_inputs);

}  // namespace dltrain::models
