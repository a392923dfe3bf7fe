// From a recipe's [data] to a Dataset.
#pragma once

#include <atomic>
#include <memory>

#include "core/data_spec.h"
#include "core/diagnostic.h"
#include "datasets/dataset.h"
#include "datasets/source.h"

namespace dltrain::datasets {

// Loads the sources of all parts, divides, fits what is to be fitted (fill values) on the training part, and checks
// that the parts fit each other. `contract`: what a trained model fixes already; null for training. `stop`: reading
// ends with UserError (interrupted) when it becomes true. Throws UserError (data, or recipe).
std::unique_ptr<Dataset> open_dataset(const SourceRegistry& registry, const DataRequest& request, Diagnostics& warnings,
                                      const DataContract* contract = nullptr, const std::atomic<bool>* stop = nullptr);

}  // namespace dltrain::datasets
