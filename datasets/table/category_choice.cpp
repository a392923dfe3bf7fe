#include "datasets/table/category_choice.h"

#include <algorithm>

#include "core/text.h"

namespace dltrain {

namespace {

using datasets::CategoryChoice;
using datasets::ColumnRef;

constexpr const char* complaint =
    "must name columns by text or whole number, or be a table of \"auto\" or a list of categories by column";

// What is wrong with the categories of one column; empty: nothing.
std::string wrong_categories(const Setting& given) {
  if (given.text() != nullptr) return *given.text() == "auto" ? "" : complaint;
  if (given.list() == nullptr) return complaint;
  if (given.list()->empty()) return "must list at least one category of each column (or be \"auto\")";
  std::vector<std::string> seen;
  for (const Setting& each : *given.list()) {
    if (each.text() == nullptr && each.integer() == nullptr) return complaint;
    seen.push_back(each.text() != nullptr ? *each.text() : std::to_string(*each.integer()));
    if (std::count(seen.begin(), seen.end(), seen.back()) > 1)
      return "lists the category " + quote(seen.back()) + " twice";
  }
  return {};
}

}  // namespace

std::string Converter<CategoryChoice>::normalise(const Setting& given, Setting& canonical) {
  if (given.table() == nullptr) {
    const std::string wrong = Converter<std::vector<ColumnRef>>::normalise(given, canonical);
    return wrong.empty() ? "" : complaint;
  }
  canonical = given;
  for (const Table::Entry& entry : given.table()->entries()) {
    if (std::string wrong = wrong_categories(entry.value); !wrong.empty()) return wrong;
  }
  return {};
}

void Converter<CategoryChoice>::read(const Setting& canonical, CategoryChoice& value) {
  value.columns.clear();
  if (canonical.table() == nullptr) {
    std::vector<ColumnRef> columns;
    Converter<std::vector<ColumnRef>>::read(canonical, columns);
    for (ColumnRef& column : columns) value.columns.push_back({std::move(column), {}});
    return;
  }
  for (const Table::Entry& entry : canonical.table()->entries()) {
    CategoryChoice::Column column{datasets::column_of_key(entry.key, entry.key_place), {}};
    if (entry.value.list() != nullptr) {
      for (const Setting& each : *entry.value.list())
        column.categories.push_back(each.text() != nullptr ? *each.text() : std::to_string(*each.integer()));
    }
    value.columns.push_back(std::move(column));
  }
}

Setting Converter<CategoryChoice>::print(const CategoryChoice& value) {
  const bool listed = std::ranges::any_of(value.columns, [](const auto& column) { return !column.categories.empty(); });
  if (!listed) {
    std::vector<ColumnRef> columns;
    for (const CategoryChoice::Column& each : value.columns) columns.push_back(each.column);
    return Converter<std::vector<ColumnRef>>::print(columns);
  }
  Table table;
  for (const auto& [column, categories] : value.columns) {
    List list;
    for (const std::string& each : categories) list.emplace_back(each);
    table.set(datasets::key_of_column(column),
              categories.empty() ? Setting(std::string("auto")) : Setting(std::move(list)), column.place);
  }
  return table;
}

}  // namespace dltrain
