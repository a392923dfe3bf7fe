// What a run will take, predicted from its plans and its recipe before anything runs: arithmetic, room on the disk.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "training/model.h"

namespace dltrain::training {

// Multiplications and additions, each counted as one; 0 where the device's kernels do not know them.
struct Arithmetic {
  double forward = 0;  // of one sample
  double step = 0;     // of an optimizer step with full batches: forward, backward and update
  std::map<std::string, double> layers;  // forward, of one sample, by the layer's name
};

// Of a model that is prepared for training with batches of that size.
Arithmetic arithmetic_of(Model& model, int64_t batch);

// About what one checkpoint takes on the disk, in bytes.
int64_t checkpoint_bytes(const models::Program& program);

}  // namespace dltrain::training
