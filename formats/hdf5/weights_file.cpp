#include "formats/hdf5/weights_file.h"

#include "core/diagnostic.h"
#include "core/module.h"
#include "formats/hdf5/module/entry.h"

namespace dltrain::formats {

std::vector<WeightGroup> read_weights(std::span<const std::byte> file, const std::string& name,
                                      const WeightLimits& limits) {
  const auto read = module_function<hdf5::ReadWeights>("hdf5", hdf5::read_symbol, "to read weights files");
  std::vector<WeightGroup> groups;
  read(file, name, limits, groups);
  return groups;
}

std::vector<WeightGroup> read_weights_file(const std::string& path, const WeightLimits& limits) {
  return read_weights(read_file(path, ExitCode::model, limits.file), path, limits);
}

std::vector<std::byte> weights_file_bytes(std::span<const WeightGroup> groups) {
  const auto write = module_function<hdf5::WriteWeights>("hdf5", hdf5::write_symbol, "to write weights files");
  std::vector<std::byte> bytes;
  write(groups, bytes);
  return bytes;
}

void write_weights_file(const std::string& path, std::span<const WeightGroup> groups) {
  write_file_durably(path, weights_file_bytes(groups));
}

}  // namespace dltrain::formats
