#include "training/prediction_writer.h"

#include <algorithm>

#include "core/diagnostic.h"
#include "core/files.h"
#include "core/setting.h"
#include "core/text.h"
#include "formats/json/json.h"
#include "formats/npy/npy.h"

namespace dltrain::training {

namespace {

// Float32 values as short as they read back.
std::string cell(const Array& array, int64_t i) {
  return array.dtype == DType::f32 ? float_text(static_cast<float>(element(array, i))) : number_text(element(array, i));
}

std::string csv_quoted(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

int64_t columns_of(const Array& array) { return array.shape[0] == 0 ? 0 : array.elements() / array.shape[0]; }

class CsvWriter : public PredictionWriter {
 public:
  CsvWriter(const std::string& path, std::vector<OutputMeaning> meanings)
      : file_(path, OutputFile::Mode::truncate), meanings_(std::move(meanings)) {}

  void write(const std::vector<std::string>& ids, const std::vector<Array>& outputs) override {
    std::vector<Array> values;
    for (size_t o = 0; o < outputs.size(); ++o) values.push_back(probabilities(meanings_[o], outputs[o]));
    if (!started_) header(values);
    std::string text;
    std::vector<std::vector<int64_t>> classes;
    for (size_t o = 0; o < values.size(); ++o) classes.push_back(meanings_[o].classes && values[o].shape.rank() == 2 ? predicted_classes(values[o]) : std::vector<int64_t>{});
    for (size_t r = 0; r < ids.size(); ++r) {
      text += csv_quoted(ids[r]);
      for (size_t o = 0; o < values.size(); ++o) {
        if (!classes[o].empty()) text += "," + csv_quoted(class_name(o, classes[o][r]));
        const int64_t columns = columns_of(values[o]);
        for (int64_t c = 0; c < columns; ++c) text += "," + cell(values[o], static_cast<int64_t>(r) * columns + c);
      }
      text += "\n";
    }
    file_.write(text);
  }

  void close() override { file_.close(); }

 private:
  std::string class_name(size_t output, int64_t number) const {
    const auto& names = meanings_[output].class_names;
    return static_cast<size_t>(number) < names.size() ? names[static_cast<size_t>(number)] : std::to_string(number);
  }

  // id, then for each output its class and probabilities by name, or its numbers.
  void header(const std::vector<Array>& values) {
    started_ = true;
    std::string text = "id";
    for (size_t o = 0; o < values.size(); ++o) {
      const std::string prefix = values.size() > 1 ? meanings_[o].name + "_" : "";
      const bool classes = meanings_[o].classes && values[o].shape.rank() == 2;
      if (classes) text += "," + csv_quoted(prefix + "class");
      const int64_t columns = columns_of(values[o]);
      for (int64_t c = 0; c < columns; ++c) {
        const std::string name = classes ? "p_" + class_name(o, c) : columns == 1 ? meanings_[o].name : meanings_[o].name + "_" + std::to_string(c);
        text += "," + csv_quoted((classes ? prefix : "") + name);
      }
    }
    file_.write(text + "\n");
  }

  OutputFile file_;
  std::vector<OutputMeaning> meanings_;
  bool started_ = false;
};

class JsonLinesWriter : public PredictionWriter {
 public:
  JsonLinesWriter(const std::string& path, std::vector<OutputMeaning> meanings)
      : file_(path, OutputFile::Mode::truncate), meanings_(std::move(meanings)) {}

  void write(const std::vector<std::string>& ids, const std::vector<Array>& outputs) override {
    std::string text;
    std::vector<Array> values;
    for (size_t o = 0; o < outputs.size(); ++o) values.push_back(probabilities(meanings_[o], outputs[o]));
    for (size_t r = 0; r < ids.size(); ++r) {
      Table row;
      row.set("id", ids[r]);
      for (size_t o = 0; o < values.size(); ++o) row.set(meanings_[o].name, output_of(o, values[o], static_cast<int64_t>(r)));
      text += formats::json_text(Setting(std::move(row))) + "\n";
    }
    file_.write(text);
  }

  void close() override { file_.close(); }

 private:
  Setting output_of(size_t o, const Array& values, int64_t row) const {
    const int64_t columns = columns_of(values);
    if (meanings_[o].classes && values.shape.rank() == 2) {
      Table shares;
      int64_t best = 0;
      for (int64_t c = 0; c < columns; ++c) {
        shares.set(name(o, c), element(values, row * columns + c));
        if (element(values, row * columns + c) > element(values, row * columns + best)) best = c;
      }
      Table table;
      table.set("class", name(o, best));
      table.set("probabilities", std::move(shares));
      return table;
    }
    if (columns == 1) return element(values, row);
    List list;
    for (int64_t c = 0; c < columns; ++c) list.emplace_back(element(values, row * columns + c));
    return list;
  }

  std::string name(size_t o, int64_t number) const {
    const auto& names = meanings_[o].class_names;
    return static_cast<size_t>(number) < names.size() ? names[static_cast<size_t>(number)] : std::to_string(number);
  }

  OutputFile file_;
  std::vector<OutputMeaning> meanings_;
};

// The numbers of the only output, as the model gives them (probabilities where it gives logits for classes).
class NpyPredictions : public PredictionWriter {
 public:
  NpyPredictions(std::string path, std::vector<OutputMeaning> meanings) : path_(std::move(path)), meanings_(std::move(meanings)) {
    if (meanings_.size() != 1) {
      throw UserError(ExitCode::recipe, path_, "an NPY file holds one output, the model has " + std::to_string(meanings_.size()),
                      "write .csv or .jsonl");
    }
  }

  void write(const std::vector<std::string>&, const std::vector<Array>& outputs) override {
    const Array values = converted(probabilities(meanings_[0], outputs[0]), DType::f32);
    if (!writer_) writer_ = std::make_unique<formats::NpyWriter>(path_, DType::f32, values.shape.from(1));
    writer_->write(values);
  }

  void close() override {
    if (writer_) writer_->close();
  }

 private:
  std::string path_;
  std::vector<OutputMeaning> meanings_;
  std::unique_ptr<formats::NpyWriter> writer_;
};

}  // namespace

std::unique_ptr<PredictionWriter> open_prediction_writer(const std::string& path, const std::string& format,
                                                         std::vector<OutputMeaning> meanings) {
  const size_t dot = path.find_last_of('.');
  const std::string wanted = !format.empty() ? format : path == "-" ? "csv" : dot == std::string::npos ? "" : path.substr(dot + 1);
  if (wanted == "csv") return std::make_unique<CsvWriter>(path, std::move(meanings));
  if (wanted == "jsonl") return std::make_unique<JsonLinesWriter>(path, std::move(meanings));
  if (wanted == "npy" && path != "-") return std::make_unique<NpyPredictions>(path, std::move(meanings));
  throw UserError(ExitCode::recipe, path, "predictions cannot be written as \"" + wanted + "\"",
                  "end the name in .csv, .jsonl or .npy, or give --format (standard output takes csv and jsonl)");
}

}  // namespace dltrain::training
