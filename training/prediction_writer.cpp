#include "training/prediction_writer.h"

#include "core/diagnostic.h"
#include "core/files.h"
#include "core/staged_file.h"
#include "training/prediction_formats.h"

namespace dltrain::training {

namespace {

using Make = std::unique_ptr<PredictionWriter> (*)(const std::string& path, std::vector<OutputMeaning> meanings);

// Gives the file its name when everything is in it.
class StagedPredictions : public PredictionWriter {
 public:
  StagedPredictions(const std::string& path, Make make, std::vector<OutputMeaning> meanings)
      : staged_(path), writer_(make(staged_.path(), std::move(meanings))) {}

  void write(const std::vector<std::string>& ids, const std::vector<Array>& outputs) override {
    writer_->write(ids, outputs);
  }

  void close() override {
    writer_->close();
    staged_.commit();
  }

 private:
  StagedFile staged_;
  std::unique_ptr<PredictionWriter> writer_;
};

std::string format_of(const std::string& path) {
  if (path == "-") return "csv";
  const std::string name = file_name(path);
  const size_t dot = name.find_last_of('.');
  return dot == std::string::npos ? "" : name.substr(dot + 1);
}

Make maker_of(const std::string& format) {
  if (format == "csv") return csv_predictions;
  if (format == "jsonl") return jsonl_predictions;
  if (format == "npy") return npy_predictions;
  if (format == "npz") return npz_predictions;
  return nullptr;
}

}  // namespace

std::unique_ptr<PredictionWriter> open_prediction_writer(const std::string& path, const std::string& format,
                                                         std::vector<OutputMeaning> meanings) {
  const std::string wanted = format.empty() ? format_of(path) : format;
  const Make make = maker_of(wanted);
  if (make == nullptr) {
    throw UserError(ExitCode::recipe, "output-format", path,
                    wanted.empty() ? "the name does not say how predictions are to be written"
                                   : "predictions cannot be written as \"" + wanted + "\"",
                    "end the name in .csv, .jsonl, .npy or .npz, or give --format");
  }
  if (path == "-" && (make == npy_predictions || make == npz_predictions)) {
    throw UserError(ExitCode::recipe, "output-format", "standard output", "does not take " + wanted,
                    "write csv or jsonl, or name a file");
  }
  if (make == npy_predictions && meanings.size() != 1) {
    throw UserError(ExitCode::recipe, "output-format", path,
                    "an NPY file holds one output, the model has " + std::to_string(meanings.size()),
                    "write .npz, .csv or .jsonl");
  }
  return std::make_unique<StagedPredictions>(path, make, std::move(meanings));
}

}  // namespace dltrain::training
