// What the values of an epoch will be called, known from a recipe before any model is built.
#pragma once

#include <string>
#include <vector>

#include "models/spec.h"

namespace dltrain::models {

struct EpochValue {
  std::string name;                   // as Keras prints it: "loss", "kind_accuracy"
  const Component* metric = nullptr;  // of the spec; null: a loss
};

// In the order in which they are shown: the loss, the losses of several outputs, the metrics of each. Those of a
// validation part have "val_" in front, those of a test part "test_" where [[expect]] names them.
std::vector<EpochValue> epoch_values(const TrainSpec& train);

}  // namespace dltrain::models
