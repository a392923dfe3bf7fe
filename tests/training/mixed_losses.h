// Losses of training in mixed precision beside those of real Keras and PyTorch (fixtures/keras/mixed).
#pragma once

#include <string>
#include <vector>

#include "core/setting.h"

namespace dltrain::test {

// The runs of the fixture for this policy: recipe, optimizer, and what others have lost in each step.
std::vector<Table> mixed_runs(const std::string& precision);
// Trains one of them on the device under the policy and compares; in float16 also the loss scale at the end, and how many
// steps were left out.
void check_mixed_run(const Table& run, const std::string& device, const std::string& precision);

}  // namespace dltrain::test
