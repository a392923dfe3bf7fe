// What a source hands over: samples that can be read in any order, with names and shapes, before they are divided into
// parts.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/array.h"
#include "core/sha256.h"
#include "core/signature.h"
#include "datasets/preparation.h"

namespace dltrain::datasets {

// The values of one input for all samples: in memory, or read from files when asked.
class FieldStore {
 public:
  virtual ~FieldStore() = default;
  virtual int64_t rows() const = 0;
  // The samples `rows`, prepared as the model sees them. `out` has the dtype and shape [rows.size(), ...] already.
  // Several threads may call it at once.
  virtual void gather(std::span<const int64_t> rows, Array& out) const = 0;
  // Puts `fill[column]` in the place of missing values (NaN); only stores of tables have any.
  virtual void fill_missing(std::span<const double> fill);
  // The raw values [N, ...] where they are in memory, else null; of a table [N, columns], a category as its number.
  virtual const Array* raw() const { return nullptr; }
  // Adds what the values come from: all of them where they are in memory, else the files' names and sizes.
  virtual void add_to(Sha256& hash) const = 0;
};

struct InputField {
  DataField field;
  Preparation preparation;
  std::vector<MissingRule> missing;  // by column; how preparation.fill comes about. Empty: nothing is missing
  std::unique_ptr<FieldStore> store;
};

struct TargetField {
  DataField field;
  Array values;                 // [N, shape...], i32 class numbers or f32
  std::optional<size_t> input;  // the target is that input (an autoencoder); `values` is empty then
  std::vector<std::string> columns;  // of a table
};

constexpr int64_t unknown_count = -1;  // of samples whose values were not read

struct Samples {
  std::string name;  // of the file or folder, for messages
  int64_t count = 0;
  std::vector<InputField> inputs;
  std::vector<TargetField> targets;
  std::optional<Array> weights;  // f32 [N]
};

// The parts that a source has of itself.
struct SampleSets {
  Samples train;
  std::optional<Samples> validation;
  std::optional<Samples> test;
  std::vector<std::string> notes;  // what was decided for the user, one sentence each
};

}  // namespace dltrain::datasets
