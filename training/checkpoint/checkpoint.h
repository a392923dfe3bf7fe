// A checkpoint: a folder that is whole or not there. It is a model folder (recipe.toml, contract.json,
// model.weights.h5, which Keras reads) with the state of training beside it (training.safetensors, manifest.json).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "formats/arrays/named_array.h"
#include "formats/hdf5/weights_file.h"
#include "training/checkpoint/manifest.h"
#include "training/snapshot.h"

namespace dltrain::training {

// Everything that is written; refers to nothing, so that another thread can write it.
struct CheckpointContent {
  std::vector<formats::WeightGroup> weights;
  std::vector<formats::NamedArray> training;  // all other states; remembered weights as "remembered/NAME/STATE"
  std::string recipe;                         // canonical
  std::string contract;
  Manifest manifest;  // without its files

  uint64_t bytes() const;  // about what it takes on the disk
};

// Divides a snapshot between the two files of arrays.
void fill_content(CheckpointContent& content, Snapshot snapshot, const models::Program& program);

// Writes it under a name beside `folder`, waits for the disk, reads everything back, and only then gives it its name.
// Throws UserError (io); nothing is left then.
void write_checkpoint(const CheckpointContent& content, const std::string& folder);

// The manifest, after every byte of every file was compared with it. Throws UserError (model) that names the file.
Manifest verify_checkpoint(const std::string& folder);

// A verified checkpoint as a snapshot for a program. Throws UserError (model) for what does not fit.
Snapshot read_checkpoint(const std::string& folder, const models::Program& program);

// Takes the files that write_checkpoint writes away, and the folder, unless somebody else put a file there.
void remove_checkpoint(const std::string& folder);

}  // namespace dltrain::training
