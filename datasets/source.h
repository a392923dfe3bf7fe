// A data source: what `[data] type = "..."` names. One file in sources/ each.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/data_spec.h"
#include "core/describe.h"
#include "core/diagnostic.h"
#include "core/schema.h"
#include "datasets/samples.h"

namespace dltrain::datasets {

// What a source is asked for.
struct LoadRequest {
  std::string recipe_folder;             // where relative paths start
  uint64_t seed = 0;
  std::vector<std::string> input_names;  // empty: one input, called "input"
  std::vector<TargetRequest> targets;    // never empty; a single one is called "target" unless the model names it
  // What the training part or a trained model has fixed already: columns, classes, fill values. Null for the training
  // part.
  const DataContract* contract = nullptr;
  Diagnostics* warnings = nullptr;  // never null
  const std::atomic<bool>* stop = nullptr;  // long reading ends with UserError (interrupted) when it becomes true
  // Only what headers, names of files and the recipe say: stores and values are empty, counts and classes that only
  // values would tell are unknown (unknown_count, none).
  bool headers_only = false;
};

class Source {
 public:
  virtual ~Source() = default;
  // Reads and checks everything. Throws UserError (data; recipe where the recipe's keys do not fit the files).
  virtual SampleSets load(const LoadRequest& request) const = 0;
};

class SourceRegistry {
 public:
  using Make = std::function<std::unique_ptr<Source>(const Component&)>;

  // T is a described component (core/describe.h) and a Source.
  template <class T> void add() {
    add(make_schema<T>("source"), [](const Component& c) { return std::make_unique<T>(read<T>(c)); });
  }
  void add(Schema schema, Make make);

  const std::vector<Schema>& schemas() const { return schemas_; }
  // A Bug if the kind is unknown: the catalogue has checked it.
  std::unique_ptr<Source> make(const Component& component) const;

 private:
  std::vector<Schema> schemas_;
  std::map<std::string, Make> makers_;
};

// All sources of sources/; generated.
void register_all(SourceRegistry& registry);
// Their schemas for the recipe reader.
void fill_catalogue(Catalogue& catalogue);

}  // namespace dltrain::datasets
