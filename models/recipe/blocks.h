// [blocks.NAME]: pieces of model with parameters, used like layer types. They are written out before layers are read:
// what comes after sees plain layers, those of a block called "residual/c1".
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/recipe/reading.h"

namespace dltrain::models {

struct Block;
using Blocks = std::map<std::string, Block>;

// A block as the recipe or a file of the zoo defines it.
struct Block {
  std::string name;  // those of the zoo begin with "zoo/"
  Place place;
  Table params;                        // with their defaults
  std::vector<std::string> required;   // parameters without a default
  std::vector<std::string> inputs;     // names by which its layers take what it takes
  std::vector<std::string> outputs;  // of its layers; the first is what the next layer takes. Empty: the last layer
  const List* layers = nullptr;
  std::map<std::string, std::string> meant;  // parameters that its layers misspell -> the one that each stands for
  bool broken = false;  // its layers ask for parameters that nothing is like: what uses it is passed by
  const Blocks* own_blocks = nullptr;  // of a model of the zoo: what its layers may use instead of the recipe's blocks
};

// Reads the definitions; what is wrong with them is reported, used or not.
Blocks read_blocks(Reading& reading);

// A model of the zoo; stays where it is made.
struct ZooModel {
  Block model;
  Blocks blocks;
  Place used_at;
  Table definition;  // what the others point into
  Table definitions;
};
// Null if there is no model of this name (without "zoo/").
std::unique_ptr<ZooModel> read_zoo_model(Reading& reading, const std::string& name, const Place& used_at);

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
