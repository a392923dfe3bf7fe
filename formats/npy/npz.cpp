#include "formats/npy/npz.h"

#include <algorithm>

#include "core/diagnostic.h"
#include "core/read_fields.h"
#include "core/text.h"
#include "formats/npy/npy.h"

namespace dltrain::formats {

namespace {

constexpr std::string_view ending = ".npy";

}  // namespace

NpzFile::NpzFile(const std::string& path, ExitCode meaning) : zip_(path, meaning), meaning_(meaning) {
  for (const ZipMember& member : zip_.members()) {
    if (member.name.ends_with(ending)) names_.push_back(member.name.substr(0, member.name.size() - ending.size()));
  }
}

bool NpzFile::contains(const std::string& name) const {
  return std::find(names_.begin(), names_.end(), name) != names_.end();
}

ArrayStream NpzFile::open(const std::string& name) {
  const ZipMember* member = zip_.find(name + std::string(ending));
  if (member == nullptr) {
    Diagnostic error{Severity::error, "no-such-array", {}, path(), "has no array " + quote(name)};
    suggest(error, name, names_);
    throw UserError(meaning_, {error});
  }
  return open_npy(zip_.open(*member));
}

std::vector<NamedArray> read_npz(const std::string& path) {
  NpzFile file(path);
  std::vector<NamedArray> arrays;
  for (const std::string& name : file.names()) arrays.push_back({name, file.read(name)});
  return arrays;
}

void write_npz(const std::string& path, std::span<const NamedArray> arrays) {
  ZipWriter zip(OutputFile(path, OutputFile::Mode::truncate));
  for (const NamedArray& array : arrays) zip.add(array.name + std::string(ending), npy_bytes(array.array));
  zip.close();
}

}  // namespace dltrain::formats
