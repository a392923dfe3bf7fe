#include "formats/hdf5/weights_file.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "core/diagnostic.h"
#include "core/module.h"
#include "core/staged_file.h"
#include "formats/hdf5/module/entry.h"

namespace dltrain::formats {

namespace {

// Debian's library is not for several threads at once, and checkpoints are written beside training.
std::mutex& one_at_a_time() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace

std::vector<WeightGroup> read_weights(std::span<const std::byte> file, const std::string& name,
                                      const WeightLimits& limits) {
  const auto read = module_function<hdf5::ReadWeights>("hdf5", hdf5::read_symbol, "to read weights files");
  std::vector<WeightGroup> groups;
  const std::lock_guard lock(one_at_a_time());
  read(file, name, limits, groups);
  return groups;
}

std::vector<WeightGroup> read_weights_file(const std::string& path, const WeightLimits& limits) {
  return read_weights(read_file(path, ExitCode::model, limits.file), path, limits);
}

namespace {

class MemoryTarget : public hdf5::ByteTarget {
 public:
  void write_at(uint64_t offset, std::span<const std::byte> bytes) override {
    if (bytes_.size() < offset + bytes.size()) bytes_.resize(offset + bytes.size());
    std::ranges::copy(bytes, bytes_.begin() + static_cast<int64_t>(offset));
  }
  void read_at(uint64_t offset, std::span<std::byte> buffer) override {
    for (size_t i = 0; i < buffer.size() && offset + i < bytes_.size(); ++i) buffer[i] = bytes_[offset + i];
  }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

class FileTarget : public hdf5::ByteTarget {
 public:
  explicit FileTarget(const std::string& path) : file_(path, OutputFile::Mode::truncate) {}
  void write_at(uint64_t offset, std::span<const std::byte> bytes) override { file_.write_at(offset, bytes); }
  void read_at(uint64_t offset, std::span<std::byte> buffer) override {
    InputFile(file_.path(), ExitCode::io).read_at(offset, buffer);
  }
  void close() { file_.close(); }

 private:
  OutputFile file_;
};

void write(std::span<const WeightGroup> groups, hdf5::ByteTarget& target) {
  const std::lock_guard lock(one_at_a_time());
  module_function<hdf5::WriteWeights>("hdf5", hdf5::write_symbol, "to write weights files")(groups, target);
}

}  // namespace

std::vector<std::byte> weights_file_bytes(std::span<const WeightGroup> groups) {
  MemoryTarget target;
  write(groups, target);
  return target.take();
}

void write_weights_file(const std::string& path, std::span<const WeightGroup> groups) {
  StagedFile staged(path);
  FileTarget target(staged.path());
  write(groups, target);
  target.close();
  staged.commit();
  sync_folder(parent_path(path));
}

}  // namespace dltrain::formats
