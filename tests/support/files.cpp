#include "tests/support/files.h"

#include "core/files.h"

namespace dltrain::test {

std::string write(const TemporaryFolder& folder, const std::string& name, std::string_view text) {
  return write(folder, name, std::as_bytes(std::span(text)));
}

std::string write(const TemporaryFolder& folder, const std::string& name, std::span<const std::byte> bytes) {
  std::string path = folder.file(name);
  create_directories(parent_path(path));
  OutputFile file(path, OutputFile::Mode::truncate);
  file.write(bytes);
  file.close();
  return path;
}

}  // namespace dltrain::test
