// The data of one recipe, opened, checked and divided: what training, evaluation and the model's assembly see of it.
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

enum class Part {
  train,
  validation,
  test
};
std::string_view part_name(Part part);  // "training", "validation", "test"

// Samples as arrays with the sample as first axis. Buffers are reused when a batch is filled again.
struct Batch {
  int64_t size = 0;
  std::vector<Array> inputs;     // in the order of the signature; f32, or i32 where the signature says so
  std::vector<Array> targets;    // class numbers i32 [size, ...], or f32 [size, ...]
  std::optional<Array> weights;  // f32 [size]
  std::vector<int64_t> rows;     // the samples' numbers in their part
};

// How many samples of a part each class has; of a target with one class number per sample.
struct ClassCounts {
  std::string target;
  std::vector<int64_t> counts;
};

class Dataset {
 public:
  virtual ~Dataset() = default;

  virtual const DataSignature& signature() const = 0;
  virtual const DataContract& contract() const = 0;
  // Samples of a part; 0 if there is no such part.
  virtual int64_t size(Part part) const = 0;
  // The samples `rows` (0 to size-1) of a part, in this order. Several threads may call it at once.
  virtual void read(Part part, std::span<const int64_t> rows, Batch& batch) const = 0;
  // What was decided for the user: a guessed header, a scale, skipped images. One sentence each.
  virtual const std::vector<std::string>& notes() const = 0;
  virtual std::vector<ClassCounts> class_counts(Part part) const = 0;
  // Adds every value in memory, the names and sizes of files that are read later, and which sample is in which part.
  virtual void add_to(Sha256& hash) const = 0;
};

}  // namespace dltrain::datasets
