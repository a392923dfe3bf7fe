// NPY and NPZ: the numbers of the outputs in the shapes that the model gives them, probabilities where it gives logits.
#include "core/diagnostic.h"
#include "core/files.h"
#include "core/staged_file.h"
#include "formats/npy/npy.h"
#include "formats/zip/zip_file.h"
#include "training/prediction_formats.h"

namespace dltrain::training {

namespace {

// One output, as rows of an NPY file.
class ArrayFile {
 public:
  ArrayFile(std::string path, OutputMeaning meaning) : path_(std::move(path)), meaning_(std::move(meaning)) {}

  const std::string& name() const { return meaning_.name; }

  void write(const Array& output) {
    const Array values = converted(without_logits(meaning_, output), DType::f32);
    if (!writer_) writer_ = std::make_unique<formats::NpyWriter>(path_, DType::f32, values.shape.from(1));
    writer_->write(values);
  }

  void close() {
    if (!writer_) throw Bug("predictions without a sample are closed");
    writer_->close();
  }

 private:
  std::string path_;
  OutputMeaning meaning_;
  std::unique_ptr<formats::NpyWriter> writer_;
};

class NpyPredictions : public PredictionWriter {
 public:
  NpyPredictions(const std::string& path, OutputMeaning meaning) : file_(path, std::move(meaning)) {}
  void write(const std::vector<std::string>&, const std::vector<Array>& outputs) override { file_.write(outputs[0]); }
  void close() override { file_.close(); }

 private:
  ArrayFile file_;
};

class NpzPredictions : public PredictionWriter {
 public:
  NpzPredictions(std::string path, const std::vector<OutputMeaning>& meanings) : path_(std::move(path)) {
    for (size_t i = 0; i < meanings.size(); ++i) {
      stages_.push_back(std::make_unique<StagedFile>(path_ + "." + std::to_string(i)));
      files_.emplace_back(stages_.back()->path(), meanings[i]);
    }
  }

  void write(const std::vector<std::string>&, const std::vector<Array>& outputs) override {
    for (size_t i = 0; i < outputs.size(); ++i) files_[i].write(outputs[i]);
  }

  void close() override {
    formats::ZipWriter zip(OutputFile(path_, OutputFile::Mode::truncate));
    for (size_t i = 0; i < files_.size(); ++i) {
      files_[i].close();
      zip.add_file(files_[i].name() + ".npy", stages_[i]->path());
    }
    zip.close();
  }

 private:
  std::string path_;
  std::vector<std::unique_ptr<StagedFile>> stages_;  // never committed: their destructors remove the files
  std::vector<ArrayFile> files_;
};

}  // namespace

std::unique_ptr<PredictionWriter> npy_predictions(const std::string& path, std::vector<OutputMeaning> meanings) {
  return std::make_unique<NpyPredictions>(path, std::move(meanings.at(0)));
}

std::unique_ptr<PredictionWriter> npz_predictions(const std::string& path, std::vector<OutputMeaning> meanings) {
  return std::make_unique<NpzPredictions>(path, meanings);
}

}  // namespace dltrain::training
