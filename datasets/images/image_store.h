// Images that do not fit into memory: read and decoded again for each batch.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "datasets/images/image_files.h"
#include "datasets/samples.h"

namespace dltrain::datasets {

// A value v of a pixel is given as v * scale. The files are expected to be good: a bad one is UserError (data) at its
// batch.
std::unique_ptr<FieldStore> image_store(std::vector<std::string> paths, const ImageForm& form, double scale);

}  // namespace dltrain::datasets
