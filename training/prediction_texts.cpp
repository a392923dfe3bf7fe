// CSV and JSON lines: classes by name with their probabilities, float32 numbers as short as they read back.
#include <cstdlib>

#include "core/files.h"
#include "core/setting.h"
#include "core/text.h"
#include "formats/json/json.h"
#include "training/prediction_formats.h"

namespace dltrain::training {

namespace {

// What is written of one output for a batch.
struct Written {
  Array values;                  // [n, ...]: probabilities where it has classes
  std::vector<int64_t> classes;  // the most probable one by row; empty if it has none
  int64_t columns = 0;           // numbers in a row
};

Written written(const OutputMeaning& meaning, const Array& output) {
  Written result{probabilities(meaning, output), {}, 0};
  result.columns = result.values.elements() / result.values.shape[0];
  if (meaning.classes && result.values.shape.rank() == 2) result.classes = predicted_classes(result.values);
  return result;
}

std::vector<Written> written(const std::vector<OutputMeaning>& meanings, const std::vector<Array>& outputs) {
  std::vector<Written> all;
  for (size_t o = 0; o < outputs.size(); ++o) all.push_back(written(meanings[o], outputs[o]));
  return all;
}

std::string number(const Array& array, int64_t i) {
  return array.dtype == DType::f32 ? float_text(static_cast<float>(element(array, i))) : number_text(element(array, i));
}

std::string csv_quoted(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

class CsvPredictions : public PredictionWriter {
 public:
  CsvPredictions(const std::string& path, std::vector<OutputMeaning> meanings)
      : file_(path, OutputFile::Mode::truncate), meanings_(std::move(meanings)) {}

  void write(const std::vector<std::string>& ids, const std::vector<Array>& outputs) override {
    const std::vector<Written> all = written(meanings_, outputs);
    std::string text;
    if (!started_) text = header(all);
    started_ = true;
    for (size_t r = 0; r < ids.size(); ++r) {
      text += csv_quoted(ids[r]);
      for (size_t o = 0; o < all.size(); ++o) {
        const Written& output = all[o];
        if (!output.classes.empty()) text += "," + csv_quoted(meanings_[o].class_name(output.classes[r]));
        for (int64_t c = 0; c < output.columns; ++c)
          text += "," + number(output.values, static_cast<int64_t>(r) * output.columns + c);
      }
      text += "\n";
    }
    file_.write(text);
  }

  void close() override { file_.close(); }

 private:
  std::string header(const std::vector<Written>& all) const {
    std::string text = "id";
    for (size_t o = 0; o < all.size(); ++o) {
      const OutputMeaning& meaning = meanings_[o];
      const bool classes = !all[o].classes.empty();
      const std::string prefix = all.size() > 1 ? meaning.name + "_" : "";
      if (classes) text += "," + csv_quoted(prefix + "class");
      for (int64_t c = 0; c < all[o].columns; ++c) {
        const std::string own = all[o].columns == 1 ? meaning.name : meaning.name + "_" + std::to_string(c);
        text += "," + csv_quoted(classes ? prefix + "p_" + meaning.class_name(c) : own);
      }
    }
    return text + "\n";
  }

  OutputFile file_;
  std::vector<OutputMeaning> meanings_;
  bool started_ = false;
};

class JsonLinesPredictions : public PredictionWriter {
 public:
  JsonLinesPredictions(const std::string& path, std::vector<OutputMeaning> meanings)
      : file_(path, OutputFile::Mode::truncate), meanings_(std::move(meanings)) {}

  void write(const std::vector<std::string>& ids, const std::vector<Array>& outputs) override {
    const std::vector<Written> all = written(meanings_, outputs);
    std::string text;
    for (size_t r = 0; r < ids.size(); ++r) {
      Table row;
      row.set("id", ids[r]);
      for (size_t o = 0; o < all.size(); ++o) row.set(meanings_[o].name, row_of(meanings_[o], all[o], r));
      text += formats::json_text(Setting(std::move(row))) + "\n";
    }
    file_.write(text);
  }

  void close() override { file_.close(); }

 private:
  // A double that prints as briefly as the float32 it stands for.
  static double brief(const Array& array, int64_t i) { return std::strtod(number(array, i).c_str(), nullptr); }

  static Setting row_of(const OutputMeaning& meaning, const Written& output, size_t row) {
    int64_t next = static_cast<int64_t>(row) * output.columns;
    if (output.classes.empty())
      return nested(output.values, output.columns == 1 ? output.values.shape.rank() : 1, next);
    Table shares;
    for (int64_t c = 0; c < output.columns; ++c) shares.set(meaning.class_name(c), brief(output.values, next + c));
    Table table;
    table.set("class", meaning.class_name(output.classes[row]));
    table.set("probabilities", std::move(shares));
    return table;
  }

  // Lists in lists from `axis` on, with the elements from `next` on.
  static Setting nested(const Array& values, size_t axis, int64_t& next) {
    if (axis >= values.shape.rank()) return brief(values, next++);
    List list;
    for (int64_t i = 0; i < values.shape[axis]; ++i) list.emplace_back(nested(values, axis + 1, next));
    return list;
  }

  OutputFile file_;
  std::vector<OutputMeaning> meanings_;
};

}  // namespace

std::unique_ptr<PredictionWriter> csv_predictions(const std::string& path, std::vector<OutputMeaning> meanings) {
  return std::make_unique<CsvPredictions>(path, std::move(meanings));
}

std::unique_ptr<PredictionWriter> jsonl_predictions(const std::string& path, std::vector<OutputMeaning> meanings) {
  return std::make_unique<JsonLinesPredictions>(path, std::move(meanings));
}

}  // namespace dltrain::training
