// NPZ files as numpy.savez_compressed writes them: fixtures.
#pragma once

#include <map>
#include <string>

#include "core/array.h"

namespace dltrain::test {

// The arrays of a file by name.
std::map<std::string, Array> read_npz(const std::string& path);

}  // namespace dltrain::test
