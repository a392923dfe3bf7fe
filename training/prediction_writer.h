// Predictions as files: CSV, JSON lines, NPY or NPZ; row by row, in order, in constant memory; texts with row ids.
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
  // `outputs` in the order of the meanings, each [n, ...] with n > 0; `ids` has n texts.
  virtual void write(const std::vector<std::string>& ids, const std::vector<Array>& outputs) = 0;
  // After at least one write. The file gets its name; without close there is no file.
  virtual void close() = 0;
};

// format: "csv", "jsonl", "npy", "npz"; empty: by the ending of `path`, "csv" for "-" (standard output, texts only).
// Throws UserError (recipe) for others, and for NPY with several outputs.
std::unique_ptr<PredictionWriter> open_prediction_writer(const std::string& path, const std::string& format,
                                                         std::vector<OutputMeaning> meanings);

}  // namespace dltrain::training
