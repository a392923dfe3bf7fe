#include <tuple>

#include "core/checked.h"
#include "core/diagnostic.h"
#include "core/staged_file.h"
#include "formats/json/json.h"
#include "formats/safetensors/dtypes.h"
#include "formats/safetensors/safetensors.h"

namespace dltrain::formats {

namespace {

using safetensors::dtypes;
using safetensors::rank_of;

std::vector<const NamedArray*> in_order(std::span<const NamedArray> arrays) {
  std::vector<const NamedArray*> order;
  for (const NamedArray& array : arrays) order.push_back(&array);
  std::sort(order.begin(), order.end(), [](const NamedArray* a, const NamedArray* b) {
    return std::tuple(rank_of(a->array.dtype), std::string_view(a->name)) <
           std::tuple(rank_of(b->array.dtype), std::string_view(b->name));
  });
  return order;
}

// JSON without blanks, filled up with them to a multiple of eight bytes.
std::string header_text(const std::vector<const NamedArray*>& order,
                        const std::map<std::string, std::string>& metadata) {
  std::string text = "{";
  const auto key = [&text](const std::string& name) {
    if (!text.ends_with('{')) text += ',';
    text += json_text(name) + ':';
  };
  if (!metadata.empty()) {
    key("__metadata__");
    text += '{';
    for (const auto& [name, value] : metadata) {
      key(name);
      text += json_text(value);
    }
    text += '}';
  }
  int64_t offset = 0;
  for (const NamedArray* array : order) {
    key(array->name);
    text += R"({"dtype":")" + std::string(dtypes[rank_of(array->array.dtype)].second) + R"(","shape":[)";
    for (const int64_t size : array->array.shape) text += (text.ends_with('[') ? "" : ",") + std::to_string(size);
    text += R"(],"data_offsets":[)" + std::to_string(offset) + ',';
    offset = checked_add(offset, static_cast<int64_t>(array->array.bytes.size()));
    text += std::to_string(offset) + "]}";
  }
  text += '}';
  text.resize((text.size() + 7) / 8 * 8, ' ');
  return text;
}

void check_names(std::span<const NamedArray> arrays) {
  std::vector<std::string_view> names;
  for (const NamedArray& array : arrays) names.push_back(array.name);
  std::sort(names.begin(), names.end());
  if (std::adjacent_find(names.begin(), names.end()) != names.end() ||
      std::binary_search(names.begin(), names.end(), "__metadata__")) {
    throw Bug("names of arrays for a safetensors file are not usable");
  }
}

}  // namespace

void write_safetensors(const ByteSink& sink, std::span<const NamedArray> arrays,
                       const std::map<std::string, std::string>& metadata) {
  check_names(arrays);
  const std::vector<const NamedArray*> order = in_order(arrays);
  const std::string header = header_text(order, metadata);
  std::array<std::byte, 8> size;
  for (size_t i = 0; i < size.size(); ++i) size[i] = static_cast<std::byte>(header.size() >> (8 * i));
  sink(size);
  sink(std::as_bytes(std::span(header)));
  for (const NamedArray* array : order) sink(array->array.bytes);
}

void write_safetensors(const std::string& path, std::span<const NamedArray> arrays,
                       const std::map<std::string, std::string>& metadata) {
  StagedFile staged(path);
  OutputFile file(staged.path(), OutputFile::Mode::truncate);
  write_safetensors([&file](std::span<const std::byte> bytes) { file.write(bytes); }, arrays, metadata);
  file.close();
  staged.commit();
}

}  // namespace dltrain::formats
