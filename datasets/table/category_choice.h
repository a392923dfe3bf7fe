// Columns of a table whose values are categories, as recipes name them.
#pragma once

#include <string>
#include <vector>

#include "datasets/table/column_ref.h"

namespace dltrain::datasets {

// categorical: a list of columns, or a table by column of "auto" (the distinct values) or a list of the categories.
struct CategoryChoice {
  struct Column {
    ColumnRef column;
    std::vector<std::string> categories;  // empty: "auto"
  };
  std::vector<Column> columns;
};

}  // namespace dltrain::datasets

namespace dltrain {

template <> struct Converter<datasets::CategoryChoice> {
  static constexpr FieldType type = FieldType::other;
  static std::string type_text() {
    return "column, list of columns, or a table of \"auto\" or a list of categories by column";
  }
  static std::string normalise(const Setting& given, Setting& canonical);
  static void read(const Setting& canonical, datasets::CategoryChoice& value);
  static Setting print(const datasets::CategoryChoice& value);
};

}  // namespace dltrain
