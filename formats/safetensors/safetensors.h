// safetensors files (huggingface/safetensors): a JSON header with dtype, shape and offsets of each array, then the
// bytes of all arrays. Nothing in them can run. F64, F32, F16, BF16, I64, I32, I8, U8 and BOOL are read and written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/files.h"
#include "formats/arrays/named_array.h"

namespace dltrain::formats {

struct Safetensors {
  std::vector<NamedArray> arrays;  // in the order of the data
  std::map<std::string, std::string> metadata;
};

// What takes the bytes of a file, part by part: a file, a checksum, both.
using ByteSink = std::function<void(std::span<const std::byte>)>;

// Gives the bytes of a file to `sink` without a copy of the arrays. Equal arrays and metadata give equal bytes,
// whatever their order: wide dtypes first, then by name, as the reference writer does. A Bug if a name is used twice,
// or for the name "__metadata__", which belongs to the format.
void write_safetensors(const ByteSink& sink, std::span<const NamedArray> arrays,
                       const std::map<std::string, std::string>& metadata = {});
// Replaces `path` as a whole. Throws UserError (io).
void write_safetensors(const std::string& path, std::span<const NamedArray> arrays,
                       const std::map<std::string, std::string>& metadata = {});

// Throws UserError (model) that begins with `path` for everything that is not exactly such a file: a header above 4 MiB
// or outside the file, unknown or missing keys, duplicate names, dtypes other than those above, sizes that overflow or
// do not match the offsets, data with holes, overlaps or an unused end, a file above `limit` bytes. Memory is taken
// only for bytes that the file has.
Safetensors read_safetensors(const std::string& path, uint64_t limit = no_limit);

}  // namespace dltrain::formats
