// Dynamic loss scaling, as Keras' LossScaleOptimizer does it: what flows back through float16 is multiplied by a scale, so
// that small gradients do not vanish. Where a gradient overflows, the update is left out and the scale halved; after so
// many updates in a row it is doubled. All of it happens in the graph, on states that checkpoints hold.
#pragma once

#include <string>

#include "graph/builder.h"

namespace dltrain::models {

struct LossScaling {
  double initial = 32768;  // 2^15
  int64_t growth_steps = 2000;  // updates without overflow, after which the scale is doubled
};

// The scale of this step, a real scalar.
graph::Value loss_scale(graph::Builder& b, const LossScaling& scaling);

// Whether a step whose gradients are not finite may be left out: a scale of 1 is no excuse for an overflow, so that the
// scale never falls below (Keras' does). A bool scalar.
graph::Value may_skip(graph::Builder& b, const LossScaling& scaling);

// Sets the scale, the count of updates since it changed, and that of steps left out. finite: the gradients of this step;
// counts: false where nothing may change any more. Bool scalars.
void update_loss_scale(graph::Builder& b, const LossScaling& scaling, graph::Value finite, graph::Value counts);

// Whether it is the name of one of the states below.
bool is_of_loss_scale(const std::string& state);

namespace state_name {
constexpr auto loss_scale = "optimizer/loss_scale";  // real; 0, with which states begin: the initial one
constexpr auto scale_age = "optimizer/loss_scale_age";  // int64: updates since it was set
constexpr auto skipped_steps = "optimizer/skipped_steps";  // int64: since the run began
}  // namespace state_name

// What a run shows of them beside its means and metrics.
namespace value_name {
constexpr auto loss_scale = "loss_scale";
constexpr auto skipped_steps = "skipped_steps";
}  // namespace value_name

}  // namespace dltrain::models
