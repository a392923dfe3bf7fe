#include "app/output_file.h"

#include "core/files.h"

namespace dltrain::app {

void check_output_file(const std::string& path) {
  if (path.empty()) return;
  const bool is_new = !exists(path);
  OutputFile(path, OutputFile::Mode::append).close();
  if (is_new) remove_file(path);
}

}  // namespace dltrain::app
