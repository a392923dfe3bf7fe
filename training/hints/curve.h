// Follows the loss of a run.
#pragma once

#include "core/setting.h"
#include "training/events.h"
#include "training/hints/evidence.h"

namespace dltrain::training::hints {

void note(Curve& curve, const StepDone& done);
void note(Curve& curve, const EpochDone& done);

// For checkpoints: curve_from(table_of(curve)) is the same curve.
Table table_of(const Curve& curve);
Curve curve_from(const Table& table);

}  // namespace dltrain::training::hints
