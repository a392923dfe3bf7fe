#include "training/checkpoint/checkpoint.h"

#include <unistd.h>
#include <array>

#include "core/files.h"
#include "core/sha256.h"
#include "core/text.h"
#include "formats/safetensors/safetensors.h"
#include "training/weights.h"

namespace dltrain::training {

namespace {

constexpr auto weights_file = "model.weights.h5";
constexpr auto training_file = "training.safetensors";
constexpr auto recipe_file = "recipe.toml";
constexpr auto contract_file = "contract.json";
constexpr auto manifest_file = "manifest.json";
constexpr std::array all_files = {manifest_file, weights_file, training_file, recipe_file, contract_file};
constexpr std::string_view remembered = "remembered/";

// Hashes what it writes.
class HashedFile {
 public:
  HashedFile(const std::string& folder, const std::string& name)
      : name_(name), file_(join_path(folder, name), OutputFile::Mode::create_new) {}
  void write(std::span<const std::byte> bytes) {
    file_.write(bytes);
    hash_.update(bytes);
    bytes_ += bytes.size();
  }
  FileRecord finish() {
    file_.sync();
    file_.close();
    return {name_, bytes_, hex_text(hash_.finish())};
  }

 private:
  std::string name_;
  OutputFile file_;
  Sha256 hash_;
  uint64_t bytes_ = 0;
};

FileRecord write_text(const std::string& folder, const std::string& name, std::string_view text) {
  HashedFile file(folder, name);
  file.write(std::as_bytes(std::span(text.data(), text.size())));
  return file.finish();
}

FileRecord write_training(const std::string& folder, std::span<const formats::NamedArray> arrays) {
  HashedFile file(folder, training_file);
  formats::write_safetensors([&](std::span<const std::byte> bytes) { file.write(bytes); }, arrays);
  return file.finish();
}

// SHA-256 of a file in constant memory.
FileRecord record_of(const std::string& folder, const std::string& name) {
  InputFile file(join_path(folder, name), ExitCode::model);
  std::vector<std::byte> buffer(size_t{1} << 18);
  Sha256 hash;
  FileRecord record{name, 0, {}};
  while (const size_t count = file.read(buffer)) {
    hash.update(std::span(buffer).first(count));
    record.bytes += count;
  }
  record.sha256 = hex_text(hash.finish());
  return record;
}

// HDF5 goes back and forth in its file, so that the hash comes afterwards.
FileRecord write_weights(const std::string& folder, std::span<const formats::WeightGroup> groups) {
  formats::write_weights_file(join_path(folder, weights_file), groups);
  return record_of(folder, weights_file);
}

void check_space(const CheckpointContent& content, const std::string& folder) {
  const uint64_t free = free_space(parent_path(folder));
  if (free >= content.bytes()) return;
  throw UserError(
      ExitCode::io, "no-space", folder,
      "there is no space for the checkpoint: it takes " + bytes_text(content.bytes()) + ", and " + bytes_text(free) +
          " are free",
      "free some space, or keep fewer checkpoints: [[callbacks]] type = \"ModelCheckpoint\", keep_last = 1");
}

}  // namespace

uint64_t CheckpointContent::bytes() const {
  constexpr uint64_t around = 64 << 10;  // headers, manifest
  uint64_t bytes = around + recipe.size() + contract.size();
  for (const formats::WeightGroup& group : weights) {
    for (const Array& array : group.variables) bytes += array.bytes.size();
  }
  for (const formats::NamedArray& array : training) bytes += array.array.bytes.size();
  return bytes;
}

void fill_content(CheckpointContent& content, Snapshot snapshot, const models::Program& program) {
  std::map<std::string, Array> values;
  for (formats::NamedArray& state : snapshot.states) values.emplace(std::move(state.name), std::move(state.array));
  content.weights = take_weight_groups(program, values);
  for (auto& [name, value] : values) content.training.push_back({name, std::move(value)});
  for (auto& [name, states] : snapshot.remembered) {
    for (formats::NamedArray& state : states) {
      content.training.push_back({std::string(remembered) + name + "/" + state.name, std::move(state.array)});
    }
  }
  content.manifest.position = std::move(snapshot.position);
  content.manifest.callbacks = std::move(snapshot.callbacks);
}

void write_checkpoint(const CheckpointContent& content, const std::string& folder) {
  check_space(content, folder);
  const std::string aside =
      join_path(parent_path(folder), ".tmp-" + std::to_string(::getpid()) + "-" + file_name(folder));
  remove_checkpoint(aside);
  create_directories(aside);
  try {
    Manifest manifest = content.manifest;
    manifest.files = {write_text(aside, recipe_file, content.recipe),
                      write_text(aside, contract_file, content.contract), write_weights(aside, content.weights),
                      write_training(aside, content.training)};
    write_text(aside, manifest_file, manifest_text(manifest));
    sync_folder(aside);
    verify_checkpoint(aside);
    rename_file(aside, folder);
  } catch (...) {
    try {
      remove_checkpoint(aside);
    } catch (const UserError&) {
      // The first error is the one to report.
    }
    throw;
  }
  sync_folder(parent_path(folder));
}

Manifest verify_checkpoint(const std::string& folder) {
  const std::string path = join_path(folder, manifest_file);
  Manifest manifest = parse_manifest(read_text(path, ExitCode::model, uint64_t{256} << 20), path);
  for (const FileRecord& expected : manifest.files) {
    const FileRecord found = record_of(folder, expected.name);
    if (found == expected) continue;
    throw UserError(ExitCode::model, "damaged-checkpoint", join_path(folder, expected.name),
                    "the file is damaged: " + (found.bytes != expected.bytes
                                                   ? "it has " + std::to_string(found.bytes) + " bytes instead of " +
                                                         std::to_string(expected.bytes)
                                                   : "its content has changed since it was written"),
                    "use another checkpoint");
  }
  return manifest;
}

Snapshot read_checkpoint(const std::string& folder, const models::Program& program) {
  Manifest manifest = verify_checkpoint(folder);
  Snapshot snapshot;
  snapshot.position = std::move(manifest.position);
  snapshot.callbacks = std::move(manifest.callbacks);
  snapshot.states = read_weights(program, join_path(folder, weights_file));
  for (formats::NamedArray& array : formats::read_safetensors(join_path(folder, training_file)).arrays) {
    if (!array.name.starts_with(remembered)) {
      snapshot.states.push_back(std::move(array));
      continue;
    }
    const std::string rest = array.name.substr(remembered.size());
    const size_t slash = rest.find('/');
    snapshot.remembered[rest.substr(0, slash)].push_back({rest.substr(slash + 1), std::move(array.array)});
  }
  return snapshot;
}

void remove_checkpoint(const std::string& folder) {
  if (!exists(folder)) return;
  for (const char* name : all_files) remove_file(join_path(folder, name));
  remove_empty_directory(folder);
}

}  // namespace dltrain::training
