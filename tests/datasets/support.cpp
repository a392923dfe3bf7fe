#include "tests/datasets/support.h"

#include <catch2/catch_test_macros.hpp>

#include <numeric>

#include "core/read_fields.h"
#include "datasets/look.h"
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

namespace {

// What headers say must be what the values say, wherever they say anything.
void check_look(const datasets::SourceRegistry& registry, const DataRequest& request, const datasets::Dataset& data) {
  Diagnostics warnings;
  const DataSignature look = datasets::look_at_data(registry, request, warnings).signature;
  const DataSignature& found = data.signature();
  const bool images = request.spec.source.kind == "images";  // the first stands for all, and bad ones are counted
  const auto same = [&](const std::vector<DataField>& seen, const std::vector<DataField>& fields) {
    REQUIRE(seen.size() == fields.size());
    for (size_t i = 0; i < fields.size(); ++i) {
      CHECK(seen[i].name == fields[i].name);
      CHECK(seen[i].dtype == fields[i].dtype);
      if (!images) CHECK(seen[i].shape == fields[i].shape);
      if (seen[i].classes) CHECK(seen[i].classes == fields[i].classes);
    }
  };
  same(look.inputs, found.inputs);
  same(look.targets, found.targets);
  CHECK(look.has_weights == found.has_weights);
  if (look.train_samples == 0 || images) return;
  CHECK(look.train_samples == found.train_samples);
  CHECK(look.validation_samples == found.validation_samples);
  CHECK(look.test_samples == found.test_samples);
}

}  // namespace

Opened open(const DataRequest& request, const datasets::DataContract* contract) {
  datasets::SourceRegistry registry;
  datasets::register_all(registry);
  Opened opened;
  opened.data = datasets::open_dataset(registry, request, opened.warnings, contract);
  if (contract == nullptr) check_look(registry, request, *opened.data);
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
