// Averages of the weights as they move (`use_ema`; Polyak and Juditsky 1992), as all optimizers of Keras 3 keep them:
// average = momentum x average + (1 - momentum) x weight after each update, where the first update sets it to the
// weight (graph/ops/average_step.cpp).
#pragma once

#include <optional>
#include <vector>

#include "graph/builder.h"

namespace dltrain::models {

constexpr auto average_slot = "average";  // the slot that holds them: "optimizer/WEIGHT/average"

struct AverageRule {
  double momentum = 0.99;
  std::optional<int64_t> overwrite_frequency;  // updates after which weights become their averages
};

// The new averages of weights that have just been updated, which are replaced where this update overwrites them. It is
// the update after `iteration` others (int64); where `finite` (bool) is false nothing changes.
std::vector<graph::Value> updated_averages(graph::Builder& b, const AverageRule& rule, graph::Value iteration,
                                           graph::Value finite, std::vector<graph::Value>& weights,
                                           const std::vector<graph::Value>& averages);

}  // namespace dltrain::models
