// Keras' weights files (*.weights.h5, Keras 3): for each object of the model that has variables a group PATH/vars with
// the attribute "name" and the data sets 0, 1, ... The work is done by the module dltrain_hdf5, loaded when first
// needed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/array.h"
#include "core/exit_code.h"
#include "core/files.h"

namespace dltrain::formats {

// The variables of one object.
struct WeightGroup {
  std::string path;              // "layers/dense", "optimizer"; "" is the model itself
  std::string name;              // the object's name; "" in files of old versions, which do not hold it
  std::vector<Array> variables;  // in the order of their numbers; may be empty

  bool operator==(const WeightGroup&) const = default;
};

struct WeightLimits {
  uint64_t file = uint64_t{64} << 30;    // bytes of the file
  uint64_t arrays = uint64_t{64} << 30;  // bytes of all variables together, as the file declares them
  uint64_t objects = 100'000;            // groups and data sets
};

// The groups in the order of the file's names ("layers/dense", "layers/dense_1", "layers/dense_10", "layers/dense_2",
// ...). Names "_layer_checkpoint_dependencies" of Keras 2.13 are read as "layers". Throws UserError (model): for files
// that are not HDF5, truncated, legacy Keras files, and for everything that an untrusted file may not have: links out
// of the file or by name, external or virtual data, filters other than deflate and shuffle, sizes beyond the limits.
std::vector<WeightGroup> read_weights_file(const std::string& path, const WeightLimits& limits = {});
// The same from memory; `name` is for messages.
std::vector<WeightGroup> read_weights(std::span<const std::byte> file, const std::string& name,
                                      const WeightLimits& limits = {});

// The bytes of a file; equal groups give equal bytes (no times are stored). Group paths are unique.
std::vector<std::byte> weights_file_bytes(std::span<const WeightGroup> groups);
// Replaces `path` as a whole and durably. Takes no memory to speak of beside the groups.
void write_weights_file(const std::string& path, std::span<const WeightGroup> groups);

}  // namespace dltrain::formats
