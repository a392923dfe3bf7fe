// Opens data as a recipe would, and checks each time that headers alone say the same (datasets/look.h).
#pragma once

#include <memory>
#include <string>

#include "core/data_spec.h"
#include "core/diagnostic.h"
#include "datasets/dataset.h"
#include "datasets/open.h"

namespace dltrain::test {

// A table of settings: table({{"type", "csv"}, {"target", -1}}).
Table table(std::initializer_list<std::pair<std::string, Setting>> entries);

// The source that the recipe reader would make of the table. Throws UserError (recipe) as it would.
Component source(const Table& table);

struct Opened {
  std::unique_ptr<datasets::Dataset> data;
  Diagnostics warnings;
};

// A request for one source without other parts.
DataRequest request_for(const Table& table, TargetKind kind = TargetKind::automatic);
Opened open(const DataRequest& request, const datasets::DataContract* contract = nullptr);
Opened open(const Table& table, TargetKind kind = TargetKind::automatic);

// The samples of a part, all in one batch.
datasets::Batch read_all(const datasets::Dataset& data, datasets::Part part);

}  // namespace dltrain::test
