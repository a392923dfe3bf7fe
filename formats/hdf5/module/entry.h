// What the module dltrain_hdf5 offers: two functions, called through their symbols. Both sides are built by one
// compiler.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "formats/hdf5/weights_file.h"

namespace dltrain::formats::hdf5 {

// Where the bytes of a file go.
class ByteTarget {
 public:
  virtual ~ByteTarget() = default;
  virtual void write_at(uint64_t offset, std::span<const std::byte> bytes) = 0;
  // What was written there; zeros where nothing was.
  virtual void read_at(uint64_t offset, std::span<std::byte> buffer) = 0;
};

using ReadWeights = void(std::span<const std::byte> file, const std::string& name, const WeightLimits& limits,
                         std::vector<WeightGroup>& groups);
using WriteWeights = void(std::span<const WeightGroup> groups, ByteTarget& file);

constexpr const char* read_symbol = "dltrain_hdf5_read_weights";
constexpr const char* write_symbol = "dltrain_hdf5_write_weights";

}  // namespace dltrain::formats::hdf5
