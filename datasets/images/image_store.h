// Images that do not fit into memory: read and decoded again for each batch.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "datasets/images/image_files.h"
#include "datasets/samples.h"

namespace dltrain::datasets {

struct ImageFile {
  std::string path;
  uint64_t size = 0;  // in bytes, when it was looked at
};

// A value v of a pixel is given as v * scale. The files are expected to be good: a bad one is UserError (data) at its
// batch. No file is opened but for its batch.
std::unique_ptr<FieldStore> image_store(std::vector<ImageFile> files, const ImageForm& form, double scale);

}  // namespace dltrain::datasets
