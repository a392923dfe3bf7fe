// Averages of the weights as they move (`use_ema`; Polyak and Juditsky 1992), as all optimizers of Keras 3 keep them:
// average = momentum x average + (1 - momentum) x weight after each update, where the first update sets it to the
// weight.
#pragma once

#include <optional>
#include <string>

#include "graph/builder.h"

namespace dltrain::models {

constexpr auto average_slot = "average";  // the slot that holds them: "optimizer/WEIGHT/average"

struct AverageRule {
  double momentum = 0.99;
  std::optional<int64_t> overwrite_frequency;  // updates after which weights become their averages
};

// What all weights share in one update.
struct AverageScalars {
  graph::Value keep;                      // share of the old average that stays: 1 where the update is skipped
  graph::Value take;                      // 1 - keep
  std::optional<graph::Value> overwrite;  // bool: the weights become their averages now
};

// Of the update after `iteration` others (int64); where `finite` (bool) is false nothing changes.
AverageScalars average_scalars(graph::Builder& b, const AverageRule& rule, graph::Value iteration, graph::Value finite);

// The new average of a weight that has just been updated; replaces the weight where this update overwrites.
graph::Value updated_average(graph::Builder& b, const AverageScalars& scalars, graph::Value average,
                             graph::Value& weight);

}  // namespace dltrain::models
