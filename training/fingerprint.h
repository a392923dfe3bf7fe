// Whether data is still what it was.
#pragma once

#include <string>

#include "datasets/dataset.h"

namespace dltrain::training {

// SHA-256 over the contract, the parts and every value in memory; of images that are decoded later, over the names and
// sizes of the files and 64 images of each part. The same data in another place gives the same text.
std::string data_fingerprint(const datasets::Dataset& data);

}  // namespace dltrain::training
