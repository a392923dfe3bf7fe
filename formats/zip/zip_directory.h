// The table of contents of a ZIP archive.
#pragma once

#include <vector>

#include "formats/zip/zip_file.h"

namespace dltrain::formats {

std::vector<ZipMember> read_zip_directory(InputFile& file, ExitCode meaning);

}  // namespace dltrain::formats
