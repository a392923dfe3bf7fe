#include <algorithm>
#include <cmath>
#include <utility>

#include "core/checked.h"
#include "core/diagnostic.h"
#include "core/text.h"
#include "datasets/gather.h"
#include "datasets/inputs/kinds.h"
#include "formats/csv/csv_reader.h"

namespace dltrain::datasets {

namespace {

using formats::parse_number;

// The columns of one input in this file, and what stands for missing values.
struct TableInput {
  InputContract contract;
  std::vector<size_t> columns;
};

class TableInputs : public InputStream {
 public:
  TableInputs(std::unique_ptr<formats::ByteStream> stream, const DataContract& contract) : reader_(std::move(stream)) {
    for (const InputContract& input : contract.inputs) inputs_.push_back({input, {}});
    pending_ = reader_.next();
    if (!pending_)
      throw UserError(ExitCode::data, "no-samples", reader_.path(), "is empty",
                      "give a line for each sample, in the columns of the training data");
    columns_ = reader_.fields().size();
    if (is_header()) {
      find_by_name();
      pending_ = reader_.next();
    } else {
      find_by_number();
    }
  }

  bool next(int64_t count, Batch& batch) override {
    batch.size = 0;
    batch.rows.clear();
    batch.inputs.resize(inputs_.size());
    for (size_t i = 0; i < inputs_.size(); ++i) {
      reshape_buffer(batch.inputs[i], inputs_[i].contract.field.dtype,
                     Shape{count, static_cast<int64_t>(inputs_[i].columns.size())});
    }
    for (; pending_ && batch.size < count; pending_ = reader_.next()) {
      read_row(batch);
      ++batch.size;
      batch.rows.push_back(next_++);
    }
    for (size_t i = 0; i < inputs_.size(); ++i) {
      reshape_buffer(batch.inputs[i], inputs_[i].contract.field.dtype,
                     Shape{batch.size}.concat(inputs_[i].contract.field.shape));
    }
    return batch.size > 0;
  }

 private:
  // The columns that the model was trained with have names, and one of them stands in the first line.
  bool is_header() const {
    for (const TableInput& input : inputs_) {
      for (const std::string& name : input.contract.preparation.columns) {
        if (!parse_integer(name) && field_of(name) < columns_) return true;
      }
    }
    const auto is_text = [](std::string_view text) { return !text.empty() && !parse_number(text); };
    return std::all_of(reader_.fields().begin(), reader_.fields().end(), is_text);
  }

  size_t field_of(const std::string& name) const {
    const auto fields = reader_.fields();
    return static_cast<size_t>(std::find(fields.begin(), fields.end(), name) - fields.begin());
  }

  void find_by_name() {
    for (TableInput& input : inputs_) {
      if (input.contract.preparation.columns.empty() || parse_integer(input.contract.preparation.columns[0])) {
        number_columns(input);
        continue;
      }
      for (const std::string& name : input.contract.preparation.columns) {
        const size_t at = field_of(name);
        if (at == columns_) {
          throw UserError(ExitCode::data, "input-mismatch", reader_.path(),
                          "has no column " + quote(name) + ", which the model was trained with",
                          "the model takes the columns " + join(input.contract.preparation.columns, ", "));
        }
        input.columns.push_back(at);
      }
    }
  }

  void find_by_number() {
    for (TableInput& input : inputs_) number_columns(input);
  }

  // Without names: as many columns as the model takes numbers (images row by row), or all the columns of the training
  // file, the target among them.
  void number_columns(TableInput& input) {
    const auto wanted = to_size(input.contract.field.shape.elements());
    const std::vector<std::string>& trained = input.contract.preparation.columns;
    if (inputs_.size() == 1 && columns_ == wanted) {
      for (size_t i = 0; i < wanted; ++i) input.columns.push_back(i);
      return;
    }
    for (const std::string& name : trained) {
      const auto number = parse_integer(name);
      if (number && *number >= 0 && *number < static_cast<int64_t>(columns_))
        input.columns.push_back(static_cast<size_t>(*number));
    }
    if (input.columns.size() == wanted) return;
    throw UserError(ExitCode::data, "input-mismatch", reader_.path(),
                    "has " + counted(static_cast<int64_t>(columns_), "column") +
                        " without names, but the model's input \"" + input.contract.field.name + "\" takes " +
                        std::to_string(wanted) + " (" + input.contract.field.shape.text() + ")",
                    trained.empty() ? "" : "the model takes the columns " + join(trained, ", "));
  }

  void read_row(Batch& batch) {
    if (reader_.fields().size() != columns_) {
      throw UserError(ExitCode::data, "table-layout", reader_.place(std::min(reader_.fields().size(), columns_)),
                      "the row has " + counted(static_cast<int64_t>(reader_.fields().size()), "field") +
                          " instead of " + std::to_string(columns_));
    }
    for (size_t i = 0; i < inputs_.size(); ++i) {
      const TableInput& input = inputs_[i];
      const size_t first = to_size(batch.size) * input.columns.size();
      if (input.contract.field.dtype == DType::i32) {
        const auto to = batch.inputs[i].as<int32_t>().subspan(first, input.columns.size());
        for (size_t k = 0; k < to.size(); ++k) to[k] = read_integer(input, k);
      } else {
        const auto to = batch.inputs[i].as<float>().subspan(first, input.columns.size());
        for (size_t k = 0; k < to.size(); ++k) to[k] = read_cell(input, k);
      }
    }
  }

  int32_t read_integer(const TableInput& input, size_t k) const {
    const std::string_view text = reader_.fields()[input.columns[k]];
    const auto number = parse_integer(text);
    if (number && std::in_range<int32_t>(*number)) return static_cast<int32_t>(*number);
    throw UserError(ExitCode::data, "bad-cell", reader_.place(input.columns[k]),
                    quote(utf8_prefix(text, 40)) + " is not an integer, and the model's input \"" +
                        input.contract.field.name + "\" takes integers");
  }

  float read_cell(const TableInput& input, size_t k) const {
    const Preparation& preparation = input.contract.preparation;
    const std::string_view text = reader_.fields()[input.columns[k]];
    if (const auto number = parse_number(text)) {
      const auto value = static_cast<float>(*number * preparation.scale + preparation.offset);
      if (std::isfinite(value)) return value;
    }
    const std::vector<std::string>& missing = preparation.missing;
    const bool is_missing = std::find(missing.begin(), missing.end(), text) != missing.end();
    if (is_missing && k < preparation.fill.size() && !std::isnan(preparation.fill[k]))
      return static_cast<float>(preparation.fill[k]);
    throw UserError(ExitCode::data, "bad-cell", reader_.place(input.columns[k]),
                    quote(utf8_prefix(text, 40)) +
                        (is_missing ? " is a missing value, and the model was trained without any in this column"
                                    : " is not a finite number"));
  }

  formats::CsvReader reader_;
  std::vector<TableInput> inputs_;
  size_t columns_ = 0;
  bool pending_ = false;  // the reader stands at a record that was not taken yet
  int64_t next_ = 0;
};

}  // namespace

std::unique_ptr<InputStream> table_inputs(std::unique_ptr<formats::ByteStream> stream, const DataContract& contract) {
  return std::make_unique<TableInputs>(std::move(stream), contract);
}

}  // namespace dltrain::datasets
