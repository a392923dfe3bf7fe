// NPZ files: a ZIP archive with one NPY file for each array, as numpy.savez and savez_compressed write it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "formats/arrays/array_stream.h"
#include "formats/arrays/named_array.h"
#include "formats/zip/zip_file.h"

namespace dltrain::formats {

class NpzFile {
 public:
  explicit NpzFile(const std::string& path, ExitCode meaning = ExitCode::data);

  const std::string& path() const { return zip_.path(); }
  // The names of the arrays, in the order of the file.
  const std::vector<std::string>& names() const { return names_; }
  bool contains(const std::string& name) const;
  // Throws UserError with the names that there are if there is none of this name.
  ArrayStream open(const std::string& name);
  Array read(const std::string& name) { return open(name).read_all(); }

 private:
  ZipFile zip_;
  ExitCode meaning_;
  std::vector<std::string> names_;
};

std::vector<NamedArray> read_npz(const std::string& path);
// Not compressed.
void write_npz(const std::string& path, std::span<const NamedArray> arrays);

}  // namespace dltrain::formats
