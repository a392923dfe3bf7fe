// The formats of predictions. Internal to training's prediction writers.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "training/prediction_writer.h"

namespace dltrain::training {

// id, then for each output its class and probabilities by name, or its numbers.
std::unique_ptr<PredictionWriter> csv_predictions(const std::string& path, std::vector<OutputMeaning> meanings);
// {"id": ..., OUTPUT: number, nested list, or {"class": ..., "probabilities": {...}}} on each line.
std::unique_ptr<PredictionWriter> jsonl_predictions(const std::string& path, std::vector<OutputMeaning> meanings);
// The only output as float32, in the model's shape; no ids.
std::unique_ptr<PredictionWriter> npy_predictions(const std::string& path, std::vector<OutputMeaning> meanings);
// An array for each output, by name; until close they lie in files of their own beside `path`.
std::unique_ptr<PredictionWriter> npz_predictions(const std::string& path, std::vector<OutputMeaning> meanings);

}  // namespace dltrain::training
