// What the module dltrain_hdf5 offers: two functions, called through their symbols. Both sides are built by one
// compiler.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "formats/hdf5/weights_file.h"

namespace dltrain::formats::hdf5 {

using ReadWeights = void(std::span<const std::byte> file, const std::string& name, const WeightLimits& limits,
                         std::vector<WeightGroup>& groups);
using WriteWeights = void(std::span<const WeightGroup> groups, std::vector<std::byte>& file);

constexpr const char* read_symbol = "dltrain_hdf5_read_weights";
constexpr const char* write_symbol = "dltrain_hdf5_write_weights";

}  // namespace dltrain::formats::hdf5
