#include <array>
#include <cstring>

#include "core/diagnostic.h"
#include "core/files.h"
#include "core/text.h"
#include "datasets/images/image_files.h"
#include "datasets/inputs/kinds.h"
#include "formats/idx/idx.h"
#include "formats/npy/npy.h"

namespace dltrain::datasets {

namespace {

// A stream whose first bytes were taken to look at them.
class ReplayStream : public formats::ByteStream {
 public:
  ReplayStream(std::vector<std::byte> first, std::unique_ptr<ByteStream> rest)
      : ByteStream(rest->path(), rest->meaning()), first_(std::move(first)), unread_(first_), rest_(std::move(rest)) {}

  size_t read(std::span<std::byte> buffer) override {
    const size_t count = std::min(buffer.size(), unread_.size());
    if (count > 0) std::memcpy(buffer.data(), unread_.data(), count);
    unread_ = unread_.subspan(count);
    return count + rest_->read(buffer.subspan(count));
  }
  uint64_t most_bytes() const override { return rest_->most_bytes(); }

 private:
  std::vector<std::byte> first_;
  std::span<const std::byte> unread_;
  std::unique_ptr<ByteStream> rest_;
};

bool begins_with(std::span<const std::byte> bytes, std::string_view text) {
  return bytes.size() >= text.size() && std::memcmp(bytes.data(), text.data(), text.size()) == 0;
}

bool begins_like_idx(std::span<const std::byte> bytes) {
  return bytes.size() >= 4 && bytes[0] == std::byte{0} && bytes[1] == std::byte{0} && bytes[2] >= std::byte{8} &&
         bytes[2] <= std::byte{14};
}

void refuse_id(const std::string& path, const std::string& id) {
  if (id.empty()) return;
  throw UserError(ExitCode::recipe, "input-mismatch", path, "is no table, so --id has no column to take",
                  "leave --id out: images are called by their paths, samples of arrays by their numbers");
}

}  // namespace

const InputContract& only_input(const DataContract& contract, const std::string& path) {
  if (contract.inputs.size() == 1) return contract.inputs[0];
  std::vector<std::string> names;
  for (const InputContract& input : contract.inputs) names.push_back(input.field.name);
  throw UserError(ExitCode::data, "input-mismatch", path,
                  "holds one array, but the model has the inputs " + join(names, ", "),
                  "give an NPZ file with an array for each, or a CSV file with their columns");
}

std::unique_ptr<InputStream> open_inputs(const std::string& path, const DataContract& contract, const std::string& id) {
  if (is_directory(path)) {
    refuse_id(path, id);
    int64_t others = 0;
    std::vector<std::string> images = find_images(path, others);
    if (images.empty())
      throw UserError(ExitCode::data, "no-samples", path, "holds no images (.png, .jpg, .jpeg, .bmp)");
    return image_inputs(std::move(images), path, contract);
  }
  std::unique_ptr<formats::ByteStream> stream = formats::open_stream(path);
  std::vector<std::byte> first(16);
  first.resize(stream->read(first));
  if (path != "-") {
    const bool image = formats::begins_like_image(first), npz = begins_with(first, "PK\x03\x04");
    if (image || npz) refuse_id(path, id);
    if (image) return image_inputs({path}, parent_path(path), contract);
    if (npz) return npz_inputs(path, contract);
  }
  const bool npy = begins_with(first, "\x93NUMPY");
  const bool idx = begins_like_idx(first);
  if (npy || idx) refuse_id(path, id);
  auto whole = std::make_unique<ReplayStream>(std::move(first), std::move(stream));
  if (npy) return array_inputs(formats::open_npy(std::move(whole)), contract);
  if (idx) return array_inputs(formats::open_idx(std::move(whole)), contract);
  return table_inputs(std::move(whole), contract, id);
}

}  // namespace dltrain::datasets
