// Which weights a run ends with.
#pragma once

#include "models/spec.h"

namespace dltrain::training {

// Those of its best epoch (a callback with restore_best_weights), not of its last.
bool keeps_best_weights(const models::Spec& spec);

}  // namespace dltrain::training
