// The order of samples in an epoch.
#pragma once

#include <cstdint>
#include <vector>

namespace dltrain::datasets {

// A permutation of 0..count-1 that is a pure function of its arguments (Fisher-Yates over counter-based random
// numbers), so that a resumed run goes on with the same samples. `purpose` separates uses, e.g. "shuffle", "split".
std::vector<int64_t> random_order(int64_t count, uint64_t seed, const char* purpose, int64_t step);

// The order in which an epoch reads the training part.
std::vector<int64_t> epoch_order(int64_t count, uint64_t seed, int64_t epoch);

}  // namespace dltrain::datasets
