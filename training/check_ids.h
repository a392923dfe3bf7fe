// Numbers that a layer looks up in its table: those it does not have are refused, since kernels would read zeros for
// them.
#pragma once

#include <string>
#include <vector>

#include "datasets/dataset.h"
#include "models/id_limits.h"

namespace dltrain::training {

// Throws UserError (data) that names the sample, the number and the layer. `part`: of which the batch is, for the
// message; may be empty.
void check_ids(const std::vector<models::IdLimit>& limits, const DataSignature& signature, const datasets::Batch& batch,
               const std::string& part = "");

// The same for all parts of the data, before a model is trained. Reads nothing if there are no limits.
void check_all_ids(const std::vector<models::IdLimit>& limits, const datasets::Dataset& data);

}  // namespace dltrain::training
