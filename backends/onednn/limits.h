// The limits of this machine, measured when asked for.
#pragma once

#include "backends/backend.h"
#include "backends/onednn/machine.h"

namespace dltrain::backends::onednn {

// Of all threads together; takes about a tenth of a second.
Limits measure_limits(const Machine& machine);

}  // namespace dltrain::backends::onednn
