// What a CSV file looks like before it is read as a whole: its columns, whether its first line is a header.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/table/column_ref.h"
#include "formats/csv/dialect.h"

namespace dltrain::datasets {

struct TableLayout {
  std::string path;
  formats::CsvDialect dialect;
  bool header = false;             // the first record names the columns
  size_t columns = 0;
  std::vector<std::string> names;  // empty: there are none
  std::vector<std::string> notes;  // a guess, if one was made
  std::vector<std::string>
      text_examples;  // by column: a text among the first records where numbers are rare; else empty
  std::vector<bool> texts_repeat;  // by column: its texts come twice on average, or more

  // `column "age"`, or `column 3` if there are no names.
  std::string column_text(size_t column) const;
  // "age", or "3" if there are no names.
  std::string column_name(size_t column) const;
};

struct LayoutOptions {
  formats::CsvDialect dialect;
  std::optional<bool> header;
  std::vector<std::string> names;    // instead of those of the file
  std::vector<std::string> missing;    // texts that are neither number nor text
  std::vector<std::string>
      mentioned;  // names that the recipe or a contract uses: a first line with one of them is a header
};

// Looks at the first records. Throws UserError (data) for an empty file, or one whose columns do not fit the names.
TableLayout find_layout(const std::string& path, const LayoutOptions& options);

// A record is a header if it has no number and no empty field, and a column below it has numbers.
bool looks_like_header(const std::vector<std::string>& first, const std::vector<std::vector<std::string>>& others,
                       const std::vector<std::string>& missing, char decimal = '.');

// A question about the decimal sign if the text were a number with another one; else nothing.
std::string decimal_question(std::string_view text, char decimal);

// The column as a key of a TOML table: age, "capital gain", "3".
std::string key_of(const TableLayout& layout, size_t column);

// The column's number. Throws UserError (recipe) with the nearest name.
size_t find_column(const TableLayout& layout, const ColumnRef& column, const std::string& key);

}  // namespace dltrain::datasets
