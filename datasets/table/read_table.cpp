#include "datasets/table/read_table.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/checked.h"
#include "core/diagnostic.h"
#include "core/files.h"
#include "core/text.h"
#include "datasets/array_store.h"
#include "datasets/table/cell_errors.h"
#include "datasets/table/target_column.h"
#include "formats/csv/csv_reader.h"

namespace dltrain::datasets {

namespace {

using formats::CsvReader;
using formats::parse_number;

// Rows of floats that grow.
struct FloatRows {
  Array array;
  explicit FloatRows(size_t columns) {
    array.dtype = DType::f32;
    array.shape = Shape{0, static_cast<int64_t>(columns)};
  }
  void append(std::span<const float> row) {
    const size_t before = array.bytes.size();
    array.bytes.resize(before + row.size_bytes());
    std::memcpy(array.bytes.data() + before, row.data(), row.size_bytes());
    ++array.shape[0];
  }
};

class TableReading {
 public:
  TableReading(const TableLayout& layout, const TableRoles& roles, const TableOptions& options,
               const LoadRequest& request)
      : layout_(layout),
        roles_(roles),
        options_(options),
        request_(request),
        reader_(formats::open_stream(layout.path), options.separator) {
    for (const TableRoles::Input& input : roles.inputs)
      inputs_.push_back({FloatRows(input.columns.size()), std::vector<float>(input.columns.size())});
    for (const TableRoles::Target& target : roles.targets) {
      const bool numbers = target.columns.size() > 1;
      targets_.push_back({FloatRows(target.columns.size()), std::vector<float>(target.columns.size()), {}, numbers});
    }
  }

  Samples read(std::vector<std::string>& notes) {
    if (request_.headers_only) return finish(unknown_count);
    if (layout_.header) reader_.next();
    while (reader_.next()) read_row();
    errors_.throw_if_any(layout_.path);
    if (rows_ == 0) {
      throw UserError(ExitCode::data, "no-samples", layout_.path,
                      dropped_ > 0 ? "every row has missing values, so none is left" : "has no rows");
    }
    if (dropped_ > 0) {
      notes.push_back(file_name(layout_.path) + ": " + count_text(dropped_) + " of " + count_text(rows_ + dropped_) +
                      " rows have missing values and were left out (on_missing = \"drop\")");
    }
    return finish(rows_);
  }

 private:
  struct InputRows {
    FloatRows rows;
    std::vector<float> row;  // the one at hand
  };
  struct TargetRows {
    FloatRows rows;          // of several columns
    std::vector<float> row;
    TargetColumn column;     // of one
    bool several = false;
  };
  enum class Cell {
    value,
    drop,
    bad
  };

  void read_row() {
    if (reader_.fields().size() != layout_.columns) {
      const size_t at = std::min(reader_.fields().size(), layout_.columns);
      errors_.add("table-layout", reader_.place(at),
                  "the row has " + counted(static_cast<int64_t>(reader_.fields().size()), "field") + " instead of " +
                      std::to_string(layout_.columns),
                  "every row needs the same columns; a text with " + std::string(1, options_.separator) +
                      " in it stands in quotes");
      return;
    }
    bool drop = false, bad = false;
    const auto count = [&](Cell cell) {
      drop = drop || cell == Cell::drop;
      bad = bad || cell == Cell::bad;
    };
    for (size_t i = 0; i < inputs_.size(); ++i) {
      const TableRoles::Input& role = roles_.inputs[i];
      for (size_t k = 0; k < role.columns.size(); ++k)
        count(read_feature(role.columns[k], role.rules[k], inputs_[i].row[k]));
    }
    for (size_t i = 0; i < targets_.size(); ++i) {
      for (size_t k = 0; k < roles_.targets[i].columns.size(); ++k) count(check_target(i, k));
    }
    float weight = 1;
    if (roles_.weight) count(read_weight(*roles_.weight, weight));
    if (bad) return;
    if (drop) {
      ++dropped_;
      return;
    }
    keep_row(weight);
  }

  void keep_row(float weight) {
    ++rows_;
    for (InputRows& input : inputs_) input.rows.append(input.row);
    for (size_t i = 0; i < targets_.size(); ++i) {
      if (roles_.targets[i].is_input) continue;
      if (targets_[i].several) {
        targets_[i].rows.append(targets_[i].row);
      } else {
        const size_t column = roles_.targets[i].columns[0];
        targets_[i].column.add(reader_.fields()[column], [&] { return reader_.place(column); });
      }
    }
    if (roles_.weight) weights_.append({&weight, 1});
  }

  bool is_missing(std::string_view text) const {
    return std::find(options_.missing.begin(), options_.missing.end(), text) != options_.missing.end();
  }

  std::string shown(size_t column) const {
    const std::string_view text = reader_.fields()[column];
    return text.empty() ? "the cell is empty" : quote(utf8_prefix(text, 40));
  }

  Cell read_feature(size_t column, const MissingRule& rule, float& value) {
    const std::string_view text = reader_.fields()[column];
    const auto number = parse_number(text);
    if (number) {
      value = static_cast<float>(*number);
      if (std::isfinite(value)) return Cell::value;
    }
    if (is_missing(text)) {
      value = std::numeric_limits<float>::quiet_NaN();
      if (rule.how == MissingRule::How::drop) return Cell::drop;
      if (rule.how != MissingRule::How::error) return Cell::value;
      errors_.add(
          "bad-cell", reader_.place(column), layout_.column_text(column) + " has no value (" + shown(column) + ")",
          "say what to do with missing values: on_missing = \"drop\", \"mean\", \"median\", \"mode\" or a number");
      return Cell::bad;
    }
    errors_.add("bad-cell", reader_.place(column),
                layout_.column_text(column) + ": " + shown(column) +
                    (number ? " is not a finite float32 number" : " is not a number"),
                "correct it, or add it to missing = [...] if it stands for a missing value");
    return Cell::bad;
  }

  Cell check_target(size_t i, size_t k) {
    const TableRoles::Target& role = roles_.targets[i];
    const size_t column = role.columns[k];
    const std::string_view text = reader_.fields()[column];
    if (is_missing(text)) {
      if (role.drops_missing) return Cell::drop;
      errors_.add("bad-cell", reader_.place(column),
                  "the target (" + layout_.column_text(column) + ") has no value (" + shown(column) + ")",
                  "remove such rows, or write on_missing = \"drop\"");
      return Cell::bad;
    }
    if (!targets_[i].several) return Cell::value;
    const auto number = parse_number(text);
    if (number && std::isfinite(static_cast<float>(*number))) {
      targets_[i].row[k] = static_cast<float>(*number);
      return Cell::value;
    }
    errors_.add("bad-cell", reader_.place(column), "the target " + shown(column) + " is not a finite number",
                "several target columns must hold numbers");
    return Cell::bad;
  }

  Cell read_weight(size_t column, float& weight) {
    const auto number = parse_number(reader_.fields()[column]);
    if (number && std::isfinite(*number) && *number >= 0) {
      weight = static_cast<float>(*number);
      return Cell::value;
    }
    errors_.add("sample-weights", reader_.place(column),
                "the weight " + shown(column) + " is not a number of at least 0");
    return Cell::bad;
  }

  Samples finish(int64_t count) {
    Samples samples;
    samples.name = layout_.path;
    samples.count = count;
    for (size_t i = 0; i < inputs_.size(); ++i) samples.inputs.push_back(finish_input(i));
    for (size_t i = 0; i < targets_.size(); ++i) samples.targets.push_back(finish_target(i));
    errors_.throw_if_any(layout_.path);
    if (roles_.weight) samples.weights = std::move(weights_.array);
    if (samples.weights) samples.weights->shape = Shape{rows_};
    return samples;
  }

  InputField finish_input(size_t i) {
    const TableRoles::Input& role = roles_.inputs[i];
    InputField input;
    input.field.name = role.name;
    input.field.shape = {static_cast<int64_t>(role.columns.size())};
    for (const size_t column : role.columns) input.preparation.columns.push_back(layout_.column_name(column));
    input.preparation.missing = options_.missing;
    input.missing = role.rules;
    input.store = array_store(std::move(inputs_[i].rows.array));
    return input;
  }

  TargetField finish_target(size_t i) {
    const TableRoles::Target& role = roles_.targets[i];
    TargetField target;
    target.field.name = role.name;
    for (const size_t column : role.columns) target.columns.push_back(layout_.column_name(column));
    if (role.is_input) {
      target.input = 0;
      target.field.shape = {static_cast<int64_t>(roles_.inputs[0].columns.size())};
      return target;
    }
    if (targets_[i].several) {
      target.field.shape = {static_cast<int64_t>(role.columns.size())};
      target.values = std::move(targets_[i].rows.array);
      return target;
    }
    const DataField* fixed = request_.contract != nullptr ? &request_.contract->targets.at(i).field : nullptr;
    const TargetColumn& column = targets_[i].column;
    bool classes = role.kind == TargetKind::classes;
    if (role.kind == TargetKind::automatic) classes = !options_.classes.empty() || !holds_numbers(role, column);
    if (fixed != nullptr) classes = fixed->classes.has_value();
    if (!classes) {
      column.finish_numbers(target, errors_);
      return target;
    }
    column.finish_classes(target, fixed, options_.classes, errors_);
    if (target.field.class_names.empty()) target.field.classes.reset();  // no row was read
    else warn_of_many_classes(target);
    return target;
  }

  // By the first records, where no others are read.
  bool holds_numbers(const TableRoles::Target& role, const TargetColumn& column) const {
    return request_.headers_only ? layout_.text_examples[role.columns[0]].empty() : column.all_numbers();
  }

  void warn_of_many_classes(const TargetField& target) const {
    constexpr int64_t many = 20;
    if (rows_ == 0 || *target.field.classes <= many || *target.field.classes * 4 <= rows_) return;
    request_.warnings
        ->warning("many-classes", {}, layout_.path,
                  "the target has " + count_text(*target.field.classes) + " distinct values in " + count_text(rows_) +
                      " rows, and each becomes a class")
        .help = "for a regression use a loss such as mean_squared_error";
  }

  const TableLayout& layout_;
  const TableRoles& roles_;
  const TableOptions& options_;
  const LoadRequest& request_;
  CsvReader reader_;
  std::vector<InputRows> inputs_;
  std::vector<TargetRows> targets_;
  FloatRows weights_{1};
  int64_t rows_ = 0;
  int64_t dropped_ = 0;
  CellErrors errors_;
};

}  // namespace

Samples read_table(const TableLayout& layout, const TableRoles& roles, const TableOptions& options,
                   const LoadRequest& request, std::vector<std::string>& notes) {
  return TableReading(layout, roles, options, request).read(notes);
}

}  // namespace dltrain::datasets
