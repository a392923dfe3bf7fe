#include "datasets/table/feature_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/checked.h"
#include "core/files.h"
#include "core/text.h"
#include "datasets/array_store.h"
#include "datasets/one_hot.h"
#include "datasets/table/categories.h"
#include "datasets/table/table_store.h"
#include "datasets/table/unknown_categories.h"

namespace dltrain::datasets {

namespace {

constexpr float not_known = std::numeric_limits<float>::quiet_NaN();

Cell missing_cell(const TableCells& cells, size_t column, const MissingRule& rule, bool categorical) {
  if (rule.how == MissingRule::How::drop) return Cell::drop;
  if (rule.how != MissingRule::How::error) return Cell::value;
  const std::string name = key_of(cells.layout(), column);
  return cells.refuse(
      "bad-cell", column, cells.layout().column_text(column) + " has no value (" + cells.shown(column) + ")",
      categorical
          ? "say what to do with it: on_missing = { " + name +
                " = \"category\" } for a category of its own, \"mode\" or \"drop\""
          : "say what to do with missing values: on_missing = \"drop\", \"mean\", \"median\", \"mode\" or a number");
}

// The texts of the `most` most frequent categories.
std::vector<std::string> most_frequent(const DistinctTexts& distinct, const Categories& all, int64_t most) {
  std::vector<int64_t> counts(all.names().size());
  for (size_t i = 0; i < distinct.texts().size(); ++i)
    counts[static_cast<size_t>(all.number(distinct.texts()[i]))] += distinct.counts()[i];
  std::vector<size_t> order(counts.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return counts[a] > counts[b]; });
  order.resize(std::min(order.size(), to_size(most)));
  std::sort(order.begin(), order.end());
  std::vector<std::string> names;
  for (const size_t i : order) names.push_back(all.names()[i]);
  return names;
}

}  // namespace

FeatureRows::FeatureRows(const TableRoles::Input& role, const CategoryLimits& limits)
    : role_(role),
      limits_(limits),
      rows_(role.columns.size()),
      row_(role.columns.size()),
      distinct_(role.columns.size()) {}

Cell FeatureRows::read(const TableCells& cells, size_t k) {
  return role_.categories[k] ? read_category(cells, k) : read_number(cells, k);
}

Cell FeatureRows::read_number(const TableCells& cells, size_t k) {
  const size_t column = role_.columns[k];
  const auto number = cells.number(column);
  if (number) {
    row_[k] = static_cast<float>(*number);
    if (std::isfinite(row_[k])) return Cell::value;
  }
  if (cells.is_missing(cells.text(column))) {
    row_[k] = not_known;
    return missing_cell(cells, column, role_.rules[k], false);
  }
  const std::string question = decimal_question(cells.text(column), cells.layout().dialect.decimal);
  return cells.refuse(
      "bad-cell", column,
      cells.layout().column_text(column) + ": " + cells.shown(column) +
          (number ? " is not a finite float32 number" : " is not a number"),
      question.empty() ? "correct it, or add it to missing = [...] if it stands for a missing value" : question);
}

// The text gets its number when the row is kept.
Cell FeatureRows::read_category(const TableCells& cells, size_t k) {
  const size_t column = role_.columns[k];
  if (!cells.is_missing(cells.text(column))) return Cell::value;
  return missing_cell(cells, column, role_.rules[k], true);
}

void FeatureRows::keep(const TableCells& cells) {
  for (size_t k = 0; k < row_.size(); ++k) {
    if (!role_.categories[k]) continue;
    const size_t column = role_.columns[k];
    std::string_view text = cells.text(column);
    if (cells.is_missing(text)) {
      row_[k] = not_known;
      if (role_.rules[k].how != MissingRule::How::category) continue;
      text = cells.missing().front();
    }
    row_[k] = static_cast<float>(distinct_[k].add(text, [&] { return cells.place(column); }));
  }
  rows_.append(row_);
}

InputField FeatureRows::finish(const TableLayout& layout, bool values_read, Diagnostics& warnings,
                               std::vector<std::string>& notes, CellErrors& errors) {
  InputField input;
  input.field.name = role_.name;
  Preparation& preparation = input.preparation;
  for (const size_t column : role_.columns) preparation.columns.push_back(layout.column_name(column));
  input.missing = role_.rules;
  if (std::ranges::none_of(role_.categories, [](const auto& of_column) { return of_column.has_value(); })) {
    input.field.shape = {static_cast<int64_t>(role_.columns.size())};
    input.store = array_store(std::move(rows_.array));
    return input;
  }
  preparation.refuses_unknown = limits_.refuse_unknown;
  for (size_t k = 0; k < role_.columns.size(); ++k) {
    if (!role_.categories[k]) preparation.categories.emplace_back();
    else if (values_read) preparation.categories.push_back(finish_column(layout, k, warnings, notes, errors));
    else preparation.categories.push_back(*role_.categories[k]);
  }
  std::vector<int64_t> counts = category_counts(preparation, role_.columns.size());
  input.field.shape = {row_width(counts)};
  input.store = table_store(std::move(rows_.array), std::move(counts));
  return input;
}

std::vector<std::string> FeatureRows::find_categories(const TableLayout& layout, size_t k, Diagnostics& warnings,
                                                      std::vector<std::string>& notes) const {
  const Categories all = Categories::of_values(distinct_[k].texts());
  const auto count = static_cast<int64_t>(all.names().size());
  const int64_t rows = rows_.array.shape[0];
  const std::string& column = layout.column_text(role_.columns[k]);
  if (limits_.most && *limits_.most < count) {
    notes.push_back(file_name(layout.path) + ": " + column + " has " + count_text(count) + " categories; the " +
                    count_text(*limits_.most) + " most frequent are told apart (max_categories)");
    return most_frequent(distinct_[k], all, *limits_.most);
  }
  constexpr int64_t many = 20;
  if (count > many && count * 4 > rows) {
    warnings
        .warning("many-categories", {}, layout.path,
                 column + " has " + count_text(count) + " distinct values in " + count_text(rows) +
                     " rows, and each becomes a column of 0 and 1")
        .help = "leave a name or an identifier out with ignore; for the most frequent values only: max_categories = 20";
  }
  return all.names();
}

std::vector<std::string> FeatureRows::finish_column(const TableLayout& layout, size_t k, Diagnostics& warnings,
                                                    std::vector<std::string>& notes, CellErrors& errors) {
  const bool given = !role_.categories[k]->empty();
  const Categories categories(given ? *role_.categories[k] : find_categories(layout, k, warnings, notes));
  const DistinctTexts& distinct = distinct_[k];
  std::vector<float> number_of(distinct.texts().size());
  UnknownCategories unknown(layout.column_text(role_.columns[k]));
  for (size_t i = 0; i < number_of.size(); ++i) {
    number_of[i] = static_cast<float>(categories.number(distinct.texts()[i]));
    if (number_of[i] >= 0 || !given) continue;
    if (limits_.refuse_unknown) {
      errors.add("unknown-category", distinct.places()[i], unknown_text(distinct.texts()[i], categories), unknown_help);
    } else {
      unknown.add(distinct.texts()[i], distinct.places()[i], distinct.counts()[i]);
    }
  }
  unknown.warn(layout.path, warnings);
  const std::span<float> cells = rows_.array.as<float>();
  for (size_t i = k; i < cells.size(); i += role_.columns.size()) {
    if (!std::isnan(cells[i])) cells[i] = number_of[static_cast<size_t>(cells[i])];
  }
  return categories.names();
}

}  // namespace dltrain::datasets
