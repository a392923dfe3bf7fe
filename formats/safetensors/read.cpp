#include <limits>
#include <optional>

#include "core/checked.h"
#include "core/diagnostic.h"
#include "core/text.h"
#include "formats/json/json.h"
#include "formats/safetensors/dtypes.h"
#include "formats/safetensors/safetensors.h"

namespace dltrain::formats {

namespace {

constexpr uint64_t longest_header = uint64_t{4} << 20;
constexpr size_t size_bytes = 8;

// One array as the header declares it; bytes [begin, end) of the data.
struct Declared {
  std::string name;
  DType dtype = DType::f32;
  Shape shape;
  int64_t begin = 0;
  int64_t end = 0;
};

class HeaderReader {
 public:
  explicit HeaderReader(const std::string& path) : path_(path) {}

  void read(std::string_view text, int64_t data_bytes) {
    const Setting header = parse_json(text, path_, ExitCode::model, {.bytes = longest_header, .depth = 4});
    if (header.table() == nullptr) refuse("its header is not a JSON object");
    for (const Table::Entry& entry : header.table()->entries()) {
      if (entry.key == "__metadata__") read_metadata(entry.value);
      else arrays.push_back(read_array(entry));
    }
    std::stable_sort(arrays.begin(), arrays.end(), [](const Declared& a, const Declared& b) {
      return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    check_tiling(data_bytes);
  }

  std::vector<Declared> arrays;
  std::map<std::string, std::string> metadata;

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw UserError(ExitCode::model, "unreadable-file", path_, what);
  }
  [[noreturn]] void refuse(const std::string& name, const std::string& what) const {
    refuse("the array " + quote(utf8_prefix(name, 200)) + " " + what);
  }

  void read_metadata(const Setting& value) {
    if (value.table() == nullptr) refuse("its __metadata__ is not a JSON object");
    for (const Table::Entry& entry : value.table()->entries()) {
      if (entry.value.text() == nullptr)
        refuse("its __metadata__ has something other than a text for " + quote(utf8_prefix(entry.key, 200)));
      metadata[entry.key] = *entry.value.text();
    }
  }

  Declared read_array(const Table::Entry& entry) const {
    Declared array{.name = entry.key};
    const Table* fields = entry.value.table();
    if (fields == nullptr || fields->size() != 3 || !fields->contains("dtype") || !fields->contains("shape") ||
        !fields->contains("data_offsets")) {
      refuse(entry.key, "must have dtype, shape and data_offsets, and nothing else");
    }
    array.dtype = read_dtype(entry.key, fields->at("dtype"));
    array.shape = Shape(read_sizes(entry.key, fields->at("shape"), "shape"));
    const std::vector<int64_t> offsets = read_sizes(entry.key, fields->at("data_offsets"), "data_offsets");
    if (offsets.size() != 2 || offsets[0] > offsets[1]) refuse(entry.key, "has data_offsets that are not [begin, end]");
    array.begin = offsets[0], array.end = offsets[1];
    check_size(array);
    return array;
  }

  DType read_dtype(const std::string& name, const Setting& value) const {
    if (value.text() == nullptr) refuse(name, "has a dtype that is not a text");
    for (const auto& [dtype, text] : safetensors::dtypes) {
      if (text == *value.text()) return dtype;
    }
    refuse(name, "has the dtype " + quote(utf8_prefix(*value.text(), 40)) + ", which cannot be read");
  }

  std::vector<int64_t> read_sizes(const std::string& name, const Setting& value, const std::string& key) const {
    if (value.list() == nullptr) refuse(name, "has a " + key + " that is not a list");
    std::vector<int64_t> sizes;
    for (const Setting& size : *value.list()) {
      if (size.integer() == nullptr || *size.integer() < 0)
        refuse(name, "has a " + key + " with something other than sizes");
      sizes.push_back(*size.integer());
    }
    return sizes;
  }

  void check_size(const Declared& array) const {
    std::optional<int64_t> bytes;
    try {
      bytes = checked_multiply(array.shape.elements(), static_cast<int64_t>(byte_size(array.dtype)));
    } catch (const SizeOverflow&) {
      // Stays empty: no offsets can match.
    }
    if (bytes != array.end - array.begin) {
      refuse(array.name, "has the shape " + array.shape.text() + " of " + std::string(name(array.dtype)) + ", but " +
                             count_text(array.end - array.begin) + " bytes of data");
    }
  }

  // Every byte of the data belongs to one array.
  void check_tiling(int64_t data_bytes) const {
    int64_t at = 0;
    for (const Declared& array : arrays) {
      if (array.begin != at) {
        refuse(array.name,
               "begins at byte " + count_text(array.begin) + " of the data, where " + count_text(at) + " is next");
      }
      at = array.end;
    }
    if (at != data_bytes) {
      refuse("its header describes " + count_text(at) + " bytes of data, but there are " + count_text(data_bytes) +
             "; the file is damaged or was not written to its end");
    }
  }

  const std::string& path_;
};

std::string read_header(InputFile& file) {
  const auto refuse = [&](const std::string& what) {
    throw UserError(ExitCode::model, "unreadable-file", file.path(), what);
  };
  std::array<std::byte, size_bytes> size{};
  if (file.size() < size.size() || file.read(size) < size.size()) {
    refuse("is not a safetensors file (it is shorter than 8 bytes)");
  }
  uint64_t length = 0;
  for (size_t i = 0; i < size.size(); ++i) length |= std::to_integer<uint64_t>(size[i]) << (8 * i);
  if (length > longest_header) {
    refuse("is not a safetensors file, or its header is too large (" + bytes_text(length) + ", at most " +
           bytes_text(longest_header) + " are read)");
  }
  if (length > file.size() - size_bytes) refuse("ends within its header");
  std::string text(static_cast<size_t>(length), '\0');
  if (file.read(std::as_writable_bytes(std::span(text))) < text.size()) refuse("ends within its header");
  if (!text.starts_with('{')) refuse("is not a safetensors file (its header does not begin with \"{\")");
  return text;
}

}  // namespace

Safetensors read_safetensors(const std::string& path, uint64_t limit) {
  InputFile file(path, ExitCode::model);
  if (file.size() > limit) {
    throw UserError(
        ExitCode::model, "file-too-large", path,
        "the file is too large (" + bytes_text(file.size()) + ", at most " + bytes_text(limit) + " are read)");
  }
  const std::string text = read_header(file);
  HeaderReader header(path);
  header.read(text, static_cast<int64_t>(file.size() - size_bytes - text.size()));
  Safetensors result{.arrays = {}, .metadata = std::move(header.metadata)};
  for (Declared& declared : header.arrays) {
    NamedArray& named =
        result.arrays.emplace_back(std::move(declared.name), Array(declared.dtype, std::move(declared.shape)));
    if (file.read(named.array.bytes) < named.array.bytes.size()) {
      throw UserError(ExitCode::model, "unreadable-file", path, "ends within the array " + quote(named.name));
    }
  }
  return result;
}

}  // namespace dltrain::formats
