// Fine-tuning: the first weights of a model from a weights file of another one, layer by layer. What fits where is
// found before anything is changed, so that it can be shown and refused.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/array.h"
#include "training/model.h"

namespace dltrain::training {

// What becomes of one layer. A layer is taken as a whole or not at all.
struct LayerTransfer {
  enum class Fate {
    taken,
    absent,   // of the model, not in the file
    misfit,   // in both, with other shapes
    surplus,  // of the file, not in the model
  };
  std::string layer;  // its name
  Fate fate;
  std::string shapes;    // "kernel [64, 5], bias [5]"; for a misfit also what the file has
  int64_t elements = 0;  // of its weights, in the model; in the file for surplus
};

struct Transfer {
  std::string file;
  bool by_name = true;  // else by Keras' paths: class and position
  std::vector<LayerTransfer> layers;
  std::vector<std::pair<std::string, Array>> values;  // state and value, of the layers taken

  // Whether every weight of the model is taken and nothing of the file is left.
  bool complete() const;
  size_t taken() const;  // layers
  // Whether that layer of the model is taken.
  bool takes(const std::string& layer) const;
};

// The weights file of a run, a model folder, or a .weights.h5 file. Of a run that has not ended, those of its best
// undamaged checkpoint. Throws UserError (model) if there is none.
std::string weights_file_of(const std::string& path);

// Matches by name where the file has every layer of the model under its name; else by Keras' paths, if these fit
// completely (Keras numbers names through a whole session: "dense_7"); else again by name, incompletely. Files of old
// versions without names match by path. The optimizer's state is left. Throws UserError (model) for unreadable files.
Transfer plan_transfer(const Model& model, const std::string& file);

// Sets what is taken.
void apply_transfer(Model& model, const Transfer& transfer);

}  // namespace dltrain::training
