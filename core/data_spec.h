// What a recipe says about its data, validated: which source, and how it is divided. Read by models/, obeyed by
// datasets/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/component.h"

namespace dltrain {

enum class SplitBy {
  automatic,
  random,
  stratified,
  time
};

// A validation or test part: a source of its own, or a share of the main one.
struct PartSpec {
  std::optional<Component> source;
  double split = 0;  // share of all samples, 0 < split < 1, where there is no source
  SplitBy how = SplitBy::automatic;  // automatic: stratified for classes, else random
  std::optional<int64_t> seed = std::nullopt;  // of this division; that of the run by default
  Place place = {};

  bool operator==(const PartSpec& other) const {
    return source == other.source && split == other.split && how == other.how && seed == other.seed;
  }
};

struct DataSpec {
  Component source;  // family "source"
  std::optional<PartSpec> validation;
  std::optional<PartSpec> test;

  bool operator==(const DataSpec&) const = default;
};

// What the model wants of a target: class numbers, or numbers as they are.
enum class TargetKind {
  automatic,
  classes,
  numbers
};

struct TargetRequest {
  std::string name;  // of the model's output
  TargetKind kind = TargetKind::automatic;
};

// How to open the data of one recipe.
struct DataRequest {
  DataSpec spec;
  std::string recipe_folder;             // relative paths start here, then at $DLTRAIN_DATA
  uint64_t seed = 0;                     // of the split and the shuffle
  std::vector<std::string> input_names;  // the model's inputs where it declares them; empty: one, called "input"
  TargetKind target_kind = TargetKind::automatic;  // of a model with one output
  std::vector<TargetRequest> targets;  // the outputs in their order where the model has several; the data's targets are
      // then named and ordered like them
};

}  // namespace dltrain
