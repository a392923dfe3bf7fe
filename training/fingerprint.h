// Whether data is still what it was.
#pragma once

#include <string>

#include "datasets/dataset.h"

namespace dltrain::training {

// SHA-256 over the contract, the sizes and class counts of the parts, and some samples of each: other files, other
// divisions and most changed values give another text. Reads at most 64 samples of a part.
std::string data_fingerprint(const datasets::Dataset& data);

}  // namespace dltrain::training
