#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "core/checked.h"
#include "core/diagnostic.h"
#include "core/text.h"
#include "datasets/gather.h"
#include "datasets/inputs/kinds.h"
#include "datasets/one_hot.h"
#include "datasets/table/categories.h"
#include "datasets/table/layout.h"
#include "datasets/table/unknown_categories.h"
#include "formats/csv/csv_reader.h"

namespace dltrain::datasets {

namespace {

using formats::parse_number;

// The columns of one input in this file, and what stands for missing values.
struct TableInput {
  InputContract contract;
  std::vector<size_t> columns;
  std::vector<int64_t> category_counts;  // by column; 0: a number
  std::vector<Categories> categories;    // by column
  std::vector<UnknownCategories> unknown;
  std::vector<float> row;                // the one at hand
  int64_t width = 0;                     // how many values it becomes
};

class TableInputs : public InputStream {
 public:
  TableInputs(std::unique_ptr<formats::ByteStream> stream, const DataContract& contract, const std::string& id)
      : trained_(dialect_of(contract)), reader_(std::move(stream), trained_.separator), decimal_(trained_.decimal) {
    for (const InputContract& input : contract.inputs) inputs_.push_back({input, {}, {}, {}, {}, {}, 0});
    pending_ = reader_.next();
    if (!pending_)
      throw UserError(ExitCode::data, "no-samples", reader_.path(), "is empty",
                      "give a line for each sample, in the columns of the training data");
    choose_separator();
    columns_ = reader_.fields().size();
    if (!id.empty()) find_id(id);
    if (is_header()) {
      find_by_name();
      pending_ = reader_.next();
    } else {
      find_by_number();
    }
    for (TableInput& input : inputs_) prepare_categories(input);
  }

  bool next(int64_t count, Batch& batch) override {
    batch.size = 0;
    batch.rows.clear();
    names_.clear();
    batch.inputs.resize(inputs_.size());
    for (size_t i = 0; i < inputs_.size(); ++i) {
      reshape_buffer(batch.inputs[i], inputs_[i].contract.field.dtype, Shape{count, inputs_[i].width});
    }
    for (; pending_ && batch.size < count; pending_ = reader_.next()) {
      read_row(batch);
      ++batch.size;
      batch.rows.push_back(next_++);
      if (id_) names_.emplace_back(reader_.fields()[*id_]);
    }
    for (size_t i = 0; i < inputs_.size(); ++i) {
      reshape_buffer(batch.inputs[i], inputs_[i].contract.field.dtype,
                     Shape{batch.size}.concat(inputs_[i].contract.field.shape));
    }
    return batch.size > 0;
  }

  Diagnostics warnings() const override {
    Diagnostics all;
    for (const TableInput& input : inputs_) {
      for (const UnknownCategories& of_column : input.unknown) of_column.warn(reader_.path(), all);
    }
    return all;
  }

 private:
  static formats::CsvDialect dialect_of(const DataContract& contract) {
    return contract.inputs.empty() ? formats::CsvDialect() : contract.inputs[0].preparation.dialect;
  }

  // The first line has the name of a column of the model's.
  bool has_names() const {
    const auto fields = reader_.fields();
    for (const TableInput& input : inputs_) {
      for (const std::string& name : input.contract.preparation.columns) {
        if (!parse_integer(name) && std::ranges::find(fields, name) != fields.end()) return true;
      }
    }
    return false;
  }

  bool has_enough_columns() const {
    size_t wanted = 0;
    for (const TableInput& input : inputs_) wanted += input.contract.preparation.columns.size();
    return reader_.fields().size() >= wanted;
  }

  // That of the training data, or another one that the first line fits: files to predict are made elsewhere.
  void choose_separator() {
    for (const auto fits : {&TableInputs::has_names, &TableInputs::has_enough_columns}) {
      for (const char separator : {trained_.separator, ',', ';', '\t', '|'}) {
        reader_.divide_by(separator);
        if (!(this->*fits)()) continue;
        if (separator != trained_.separator && decimal_ == separator) decimal_ = '.';
        return;
      }
    }
    reader_.divide_by(trained_.separator);
  }

  // By name, in the first line, or by number from 0.
  void find_id(const std::string& id) {
    const auto number = parse_integer(id);
    id_ = field_of(id);
    if (*id_ < columns_) return;
    if (number && *number >= 0 && *number < static_cast<int64_t>(columns_)) {
      id_ = static_cast<size_t>(*number);
      return;
    }
    throw UserError(
        ExitCode::data, "unknown-column", reader_.path(), "has no column " + quote(id) + ", which --id names",
        alike_text(id) + "name a column of its first line, or a number from 0 to " + std::to_string(columns_ - 1));
  }

  // A sentence with the column that is nearly called so and that the model does not know; else nothing.
  std::string alike_text(const std::string& name) const {
    std::vector<std::string> others;
    for (const std::string_view field : reader_.fields()) {
      const auto has = [&](const TableInput& input) {
        const std::vector<std::string>& known = input.contract.preparation.columns;
        return std::find(known.begin(), known.end(), field) != known.end();
      };
      if (std::none_of(inputs_.begin(), inputs_.end(), has)) others.emplace_back(field);
    }
    const auto alike = nearest(name, others);
    return alike ? "is it the one called " + quote(*alike) + "? " : "";
  }

  void prepare_categories(TableInput& input) const {
    const Preparation& preparation = input.contract.preparation;
    input.category_counts = category_counts(preparation, input.columns.size());
    input.row.resize(input.columns.size());
    input.width = row_width(input.category_counts);
    for (size_t k = 0; k < preparation.categories.size(); ++k) {
      input.categories.emplace_back(preparation.categories[k]);
      input.unknown.emplace_back(column_text(input, k));
    }
  }

  // The columns that the model was trained with have names, and one of them stands in the first line; or it has only
  // texts, where a line of values would have numbers.
  bool is_header() const {
    bool texts_are_values = false;
    for (const TableInput& input : inputs_) {
      texts_are_values = texts_are_values || (!input.contract.preparation.categories.empty() &&
                                              parse_integer(input.contract.preparation.columns[0]));
      for (const std::string& name : input.contract.preparation.columns) {
        if (!parse_integer(name) && field_of(name) < columns_) return true;
      }
    }
    if (texts_are_values) return false;
    const auto is_text = [this](std::string_view text) { return !text.empty() && !parse_number(text, decimal_); };
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
          throw UserError(
              ExitCode::data, "input-mismatch", reader_.path(),
              "has no column " + quote(name) + ", which the model was trained with",
              alike_text(name) + "the model takes the columns " + join(input.contract.preparation.columns, ", "));
        }
        input.columns.push_back(at);
      }
    }
  }

  void find_by_number() {
    for (TableInput& input : inputs_) number_columns(input);
  }

  // Without names: as many columns as the model was trained with (of images: as it takes numbers), or all the columns of
  // the training file, the target among them.
  void number_columns(TableInput& input) {
    const std::vector<std::string>& trained = input.contract.preparation.columns;
    const size_t wanted = trained.empty() ? to_size(input.contract.field.shape.elements()) : trained.size();
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
                        std::to_string(wanted) +
                        (trained.empty() ? " (" + input.contract.field.shape.text() + ")" : ""),
                    trained.empty() ? "" : "the model takes the columns " + join(trained, ", "));
  }

  void read_row(Batch& batch) {
    if (reader_.fields().size() != columns_) {
      throw UserError(ExitCode::data, "table-layout", reader_.place(std::min(reader_.fields().size(), columns_)),
                      "the row has " + counted(static_cast<int64_t>(reader_.fields().size()), "field") +
                          " instead of " + std::to_string(columns_));
    }
    for (size_t i = 0; i < inputs_.size(); ++i) {
      TableInput& input = inputs_[i];
      const size_t width = to_size(input.width), first = to_size(batch.size) * width;
      if (input.contract.field.dtype == DType::i32) {
        const auto to = batch.inputs[i].as<int32_t>().subspan(first, width);
        for (size_t k = 0; k < to.size(); ++k) to[k] = read_integer(input, k);
      } else {
        for (size_t k = 0; k < input.row.size(); ++k)
          input.row[k] = input.category_counts[k] > 0 ? read_category(input, k) : read_cell(input, k);
        spread_row(input.row, input.category_counts, batch.inputs[i].as<float>().subspan(first, width));
      }
    }
  }

  // As the model's columns are called: `column "age"`, `column 3`; images have none.
  static std::string column_text(const TableInput& input, size_t k) {
    const std::vector<std::string>& names = input.contract.preparation.columns;
    if (k >= names.size()) return "column " + std::to_string(input.columns[k]);
    return "column " + (parse_integer(names[k]) ? names[k] : quote(names[k]));
  }

  std::string shown(std::string_view text) const {
    return text.empty() ? "the cell is empty" : quote(utf8_prefix(text, 40));
  }

  int32_t read_integer(const TableInput& input, size_t k) const {
    const std::string_view text = reader_.fields()[input.columns[k]];
    const auto number = parse_integer(text);
    if (number && std::in_range<int32_t>(*number)) return static_cast<int32_t>(*number);
    throw UserError(ExitCode::data, "bad-cell", reader_.place(input.columns[k]),
                    column_text(input, k) + ": " + shown(text) + " is not an integer, and the model's input \"" +
                        input.contract.field.name + "\" takes integers");
  }

  bool is_missing(const TableInput& input, std::string_view text) const {
    const std::vector<std::string>& missing = input.contract.preparation.missing;
    return std::find(missing.begin(), missing.end(), text) != missing.end();
  }

  // The number of the category; -1 if it is none that the model knows.
  float read_category(TableInput& input, size_t k) const {
    const Preparation& preparation = input.contract.preparation;
    std::string_view text = reader_.fields()[input.columns[k]];
    const bool missing = is_missing(input, text);
    if (missing && k < preparation.fill.size() && !std::isnan(preparation.fill[k]))
      return static_cast<float>(preparation.fill[k]);
    if (missing) text = preparation.missing.front();
    const int32_t number = input.categories[k].number(text);
    if (number >= 0) return static_cast<float>(number);
    const std::string place = reader_.place(input.columns[k]);
    if (preparation.refuses_unknown) {
      throw UserError(ExitCode::data, "unknown-category", place, unknown_text(text, input.categories[k]),
                      "the model knows only what it was trained with: correct the value, or train with it");
    }
    input.unknown[k].add(text, place);
    return -1;
  }

  float read_cell(const TableInput& input, size_t k) const {
    const Preparation& preparation = input.contract.preparation;
    const std::string_view text = reader_.fields()[input.columns[k]];
    if (const auto number = parse_number(text, decimal_)) {
      const auto value = static_cast<float>(*number * preparation.scale + preparation.offset);
      if (std::isfinite(value)) return value;
    }
    const bool missing = is_missing(input, text);
    if (missing && k < preparation.fill.size() && !std::isnan(preparation.fill[k]))
      return static_cast<float>(preparation.fill[k]);
    const std::string place = reader_.place(input.columns[k]), column = column_text(input, k);
    if (missing) {
      throw UserError(
          ExitCode::data, "bad-cell", place,
          column + " has no value (" + shown(text) + "), and the model was trained without any missing there",
          "fill the cell, or train with on_missing = \"median\" in [data]: then it takes the column's median");
    }
    const std::string question = decimal_question(text, decimal_);
    throw UserError(ExitCode::data, "bad-cell", place, column + ": " + shown(text) + " is not a finite number",
                    question.empty() ? "correct the cell; the model was trained with numbers in this column"
                                     : "the model's data was written with " + quote(std::string(1, decimal_)) +
                                           " before the fraction of a number; write this file so");
  }

  formats::CsvDialect trained_;  // how the training data was written
  formats::CsvReader reader_;
  char decimal_;
  std::vector<TableInput> inputs_;
  size_t columns_ = 0;
  std::optional<size_t> id_;  // the column that names the samples
  bool pending_ = false;  // the reader stands at a record that was not taken yet
  int64_t next_ = 0;
};

}  // namespace

std::unique_ptr<InputStream> table_inputs(std::unique_ptr<formats::ByteStream> stream, const DataContract& contract,
                                          const std::string& id) {
  return std::make_unique<TableInputs>(std::move(stream), contract, id);
}

}  // namespace dltrain::datasets
