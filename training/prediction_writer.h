// Predictions as files: CSV, JSON lines or NPY; row by row, in order, with row ids, in constant memory.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/array.h"
#include "training/outputs.h"

namespace dltrain::training {

class PredictionWriter {
 public:
  virtual ~PredictionWriter() = default;
  // `outputs` in the order of the meanings, each [n, ...]; `ids` has n texts.
  virtual void write(const std::vector<std::string>& ids, const std::vector<Array>& outputs) = 0;
  // Everything is on its way to the disk. Without it the file is not complete.
  virtual void close() = 0;
};

// format: "csv", "jsonl", "npy"; empty: by the ending of `path`. Throws UserError (recipe) for others.
std::unique_ptr<PredictionWriter> open_prediction_writer(const std::string& path, const std::string& format,
                                                         std::vector<OutputMeaning> meanings);

}  // namespace dltrain::training
