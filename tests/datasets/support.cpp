#include "tests/datasets/support.h"

#include <numeric>

#include "core/read_fields.h"
#include "datasets/source.h"

namespace dltrain::test {

Table table(std::initializer_list<std::pair<std::string, Setting>> entries) {
  Table result;
  for (const auto& [key, value] : entries) result.set(key, value);
  return result;
}

Component source(const Table& table) {
  Catalogue catalogue;
  datasets::fill_catalogue(catalogue);
  Diagnostics diagnostics;
  const auto component = read_component(catalogue, "source", table, "data", diagnostics);
  diagnostics.throw_if_errors(ExitCode::recipe);
  return *component;
}

DataRequest request_for(const Table& table, TargetKind kind) {
  DataRequest request;
  request.spec.source = source(table);
  request.seed = 1;
  request.target_kind = kind;
  return request;
}

Opened open(const DataRequest& request, const datasets::DataContract* contract) {
  datasets::SourceRegistry registry;
  datasets::register_all(registry);
  Opened opened;
  opened.data = datasets::open_dataset(registry, request, opened.warnings, contract);
  return opened;
}

Opened open(const Table& table, TargetKind kind) { return open(request_for(table, kind)); }

datasets::Batch read_all(const datasets::Dataset& data, datasets::Part part) {
  std::vector<int64_t> rows(static_cast<size_t>(data.size(part)));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  datasets::Batch batch;
  data.read(part, rows, batch);
  return batch;
}

}  // namespace dltrain::test
