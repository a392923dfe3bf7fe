// The backend of plain loops on the host: slow, exact, able to run every op. For tests, `dltrain crosscheck` and
// `device = "reference"`.
#pragma once

#include <memory>

#include "backends/backend.h"

namespace dltrain::backends {

std::unique_ptr<Backend> make_reference_backend();

}  // namespace dltrain::backends
