// The first samples of the data that recipes/ names, so that every recipe is trained in a moment.
#pragma once

#include <string>

namespace dltrain::test {

// A folder to take the place of $DLTRAIN_DATA: the same files, where the program can read them in part, with their
// first samples only; the others are linked. Empty if $DLTRAIN_DATA is not set. Made once.
const std::string& short_data_folder();

}  // namespace dltrain::test
