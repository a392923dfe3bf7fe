// What can be known of a recipe's data without reading their values: for answers at once.
#pragma once

#include <string>
#include <vector>

#include "core/data_spec.h"
#include "core/diagnostic.h"
#include "core/signature.h"
#include "datasets/source.h"

namespace dltrain::datasets {

struct DataLook {
  DataSignature signature;         // counts are 0 and classes none where only the values tell
  std::vector<std::string> notes;  // what was decided for the user
  std::vector<std::string> unknown;  // what only the values tell: "how many samples there are"
};

// Reads headers and the names of files. Throws UserError as open_dataset does, for what shows there.
DataLook look_at_data(const SourceRegistry& registry, const DataRequest& request, Diagnostics& warnings);

}  // namespace dltrain::datasets
