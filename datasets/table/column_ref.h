// Columns of a table as recipes name them: by name, or by number from 0, negative from the end.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/convert.h"
#include "datasets/preparation.h"

namespace dltrain::datasets {

struct ColumnRef {
  std::variant<int64_t, std::string> name;
  Place place;

  std::string text() const;  // "age" or -1, as TOML
};

// A column as the key of a table, where numbers are texts; and back.
ColumnRef column_of_key(const std::string& key, const Place& place);
std::string key_of_column(const ColumnRef& column);

// Columns by input or output: one list without a name, or a table of lists.
struct ColumnGroups {
  struct Group {
    std::string name;  // empty: the list stands alone
    std::vector<ColumnRef> columns;
    Place place;
  };
  std::vector<Group> groups;
};

// on_missing: one rule for all columns, or a table of rules by column.
struct MissingRules {
  MissingRule all;
  std::vector<std::pair<ColumnRef, MissingRule>> by_column;
};

}  // namespace dltrain::datasets

namespace dltrain {

template <> struct Converter<datasets::ColumnRef> {
  static constexpr FieldType type = FieldType::other;
  static std::string type_text() { return "column name or number"; }
  static std::string normalise(const Setting& given, Setting& canonical);
  static void read(const Setting& canonical, datasets::ColumnRef& value);
  static Setting print(const datasets::ColumnRef& value);
};

template <> struct Converter<std::vector<datasets::ColumnRef>> {
  static constexpr FieldType type = FieldType::other;
  static std::string type_text() { return "column or list of columns"; }
  static std::string normalise(const Setting& given, Setting& canonical);
  static void read(const Setting& canonical, std::vector<datasets::ColumnRef>& value);
  static Setting print(const std::vector<datasets::ColumnRef>& value);
};

template <> struct Converter<datasets::ColumnGroups> {
  static constexpr FieldType type = FieldType::other;
  static std::string type_text() { return "column, list of columns, or table of columns"; }
  static std::string normalise(const Setting& given, Setting& canonical);
  static void read(const Setting& canonical, datasets::ColumnGroups& value);
  static Setting print(const datasets::ColumnGroups& value);
};

template <> struct Converter<datasets::MissingRules> {
  static constexpr FieldType type = FieldType::other;
  static std::string type_text() {
    return "\"error\", \"drop\", \"mean\", \"median\", \"mode\", \"category\" or a number; or a table of these by column";
  }
  static std::string normalise(const Setting& given, Setting& canonical);
  static void read(const Setting& canonical, datasets::MissingRules& value);
  static Setting print(const datasets::MissingRules& value);
};

}  // namespace dltrain
