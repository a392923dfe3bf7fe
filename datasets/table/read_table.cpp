#include "datasets/table/read_table.h"

#include <algorithm>
#include <cmath>

#include "core/diagnostic.h"
#include "core/files.h"
#include "core/text.h"
#include "datasets/table/float_rows.h"
#include "datasets/table/target_column.h"
#include "formats/csv/csv_reader.h"

namespace dltrain::datasets {

namespace {

using formats::CsvReader;

class TableReading {
 public:
  TableReading(const TableLayout& layout, const TableRoles& roles, const TableOptions& options,
               const LoadRequest& request)
      : layout_(layout),
        roles_(roles),
        options_(options),
        request_(request),
        reader_(formats::open_stream(layout.path), layout.dialect.separator),
        cells_(reader_, layout, options.missing, errors_) {
    for (const TableRoles::Input& input : roles.inputs) inputs_.emplace_back(input, options.categories);
    for (const TableRoles::Target& target : roles.targets) {
      const bool numbers = target.columns.size() > 1;
      targets_.push_back({FloatRows(target.columns.size()), std::vector<float>(target.columns.size()), {}, numbers});
    }
  }

  Samples read(std::vector<std::string>& notes) {
    if (request_.headers_only && !only_rows_tell_categories()) return finish(notes, unknown_count);
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
    return finish(notes, rows_);
  }

 private:
  struct TargetRows {
    FloatRows rows;          // of several columns
    std::vector<float> row;
    TargetColumn column;     // of one
    bool several = false;
  };
  bool only_rows_tell_categories() const {
    return std::ranges::any_of(roles_.inputs, [](const TableRoles::Input& input) {
      return std::ranges::any_of(input.categories, [](const auto& list) { return list && list->empty(); });
    });
  }

  void read_row() {
    if (reader_.fields().size() != layout_.columns) {
      const size_t at = std::min(reader_.fields().size(), layout_.columns);
      errors_.add("table-layout", reader_.place(at),
                  "the row has " + counted(static_cast<int64_t>(reader_.fields().size()), "field") + " instead of " +
                      std::to_string(layout_.columns),
                  "every row needs the same columns; a text with " + std::string(1, layout_.dialect.separator) +
                      " in it stands in quotes");
      return;
    }
    bool drop = false, bad = false;
    const auto count = [&](Cell cell) {
      drop = drop || cell == Cell::drop;
      bad = bad || cell == Cell::bad;
    };
    for (size_t i = 0; i < inputs_.size(); ++i) {
      for (size_t k = 0; k < roles_.inputs[i].columns.size(); ++k) count(inputs_[i].read(cells_, k));
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
    for (FeatureRows& input : inputs_) input.keep(cells_);
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

  Cell check_target(size_t i, size_t k) {
    const TableRoles::Target& role = roles_.targets[i];
    const size_t column = role.columns[k];
    if (cells_.is_missing(cells_.text(column))) {
      if (role.drops_missing) return Cell::drop;
      return cells_.refuse(
          "bad-cell", column,
          "the target (" + layout_.column_text(column) + ") has no value (" + cells_.shown(column) + ")",
          "remove such rows, or write on_missing = \"drop\"");
    }
    if (!targets_[i].several) return Cell::value;
    const auto number = cells_.number(column);
    if (number && std::isfinite(static_cast<float>(*number))) {
      targets_[i].row[k] = static_cast<float>(*number);
      return Cell::value;
    }
    return cells_.refuse("bad-cell", column, "the target " + cells_.shown(column) + " is not a finite number",
                         "several target columns must hold numbers");
  }

  Cell read_weight(size_t column, float& weight) {
    const auto number = cells_.number(column);
    if (number && std::isfinite(*number) && *number >= 0) {
      weight = static_cast<float>(*number);
      return Cell::value;
    }
    return cells_.refuse("sample-weights", column,
                         "the weight " + cells_.shown(column) + " is not a number of at least 0");
  }

  Samples finish(std::vector<std::string>& notes, int64_t count) {
    Samples samples;
    samples.name = layout_.path;
    samples.count = count;
    for (FeatureRows& input : inputs_) {
      samples.inputs.push_back(input.finish(layout_, count != unknown_count, *request_.warnings, notes, errors_));
      samples.inputs.back().preparation.missing = options_.missing;
      samples.inputs.back().preparation.dialect = layout_.dialect;
    }
    for (size_t i = 0; i < targets_.size(); ++i) samples.targets.push_back(finish_target(i, samples.inputs[0]));
    errors_.throw_if_any(layout_.path);
    if (roles_.weight) samples.weights = std::move(weights_.array);
    if (samples.weights) samples.weights->shape = Shape{rows_};
    return samples;
  }

  TargetField finish_target(size_t i, const InputField& first_input) {
    const TableRoles::Target& role = roles_.targets[i];
    TargetField target;
    target.field.name = role.name;
    for (const size_t column : role.columns) target.columns.push_back(layout_.column_name(column));
    if (role.is_input) {
      target.input = 0;
      target.field.shape = first_input.field.shape;
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
      column.finish_numbers(target, layout_.dialect.decimal, errors_);
      return target;
    }
    column.finish_classes(target, fixed, options_.classes, errors_);
    if (target.field.class_names.empty()) target.field.classes.reset();  // no row was read
    else warn_of_many_classes(target);
    return target;
  }

  // By the first records, where no others are read.
  bool holds_numbers(const TableRoles::Target& role, const TargetColumn& column) const {
    return rows_ == 0 ? layout_.text_examples[role.columns[0]].empty() : column.holds_numbers(layout_.dialect.decimal);
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
  CellErrors errors_;
  TableCells cells_;
  std::vector<FeatureRows> inputs_;
  std::vector<TargetRows> targets_;
  FloatRows weights_{1};
  int64_t rows_ = 0;
  int64_t dropped_ = 0;
};

}  // namespace

Samples read_table(const TableLayout& layout, const TableRoles& roles, const TableOptions& options,
                   const LoadRequest& request, std::vector<std::string>& notes) {
  return TableReading(layout, roles, options, request).read(notes);
}

}  // namespace dltrain::datasets
