// What data looks like to a model: names, shapes, dtypes, classes. Made by datasets/, used by models/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/dtype.h"
#include "core/shape.h"

namespace dltrain {

// The smallest and the greatest of all values.
struct ValueRange {
  double least = 0;
  double greatest = 0;
  bool whole = false;  // all of them are whole numbers
};

// How many ones a sample has in a target whose values are all 0 or 1: the fewest and the most of all samples.
struct OnesRange {
  int64_t fewest = 0;
  int64_t most = 0;
};

// One named array of the data; `shape` is that of one sample.
struct DataField {
  std::string name;
  Shape shape;
  DType dtype = DType::f32;
  // For targets that hold classes: how many (class numbers 0..classes-1), and their names where there are any.
  std::optional<int64_t> classes;
  std::vector<std::string> class_names;
  // What some or all values of the training part show; unknown without one.
  std::optional<ValueRange> range;
  std::vector<int64_t> class_counts;  // samples of each class, where a sample has one class
  std::optional<OnesRange> ones;  // of all samples of a target with several columns

  // Without what only the values show.
  bool operator==(const DataField& o) const {
    return name == o.name && shape == o.shape && dtype == o.dtype && classes == o.classes &&
           class_names == o.class_names;
  }
};

struct DataSignature {
  std::vector<DataField> inputs;
  std::vector<DataField> targets;
  bool has_weights = false;      // a sample weight for each sample
  int64_t train_samples = 0;
  int64_t validation_samples = 0;  // 0: no such part
  int64_t test_samples = 0;

  bool operator==(const DataSignature&) const = default;
};

}  // namespace dltrain
