// The cells of the row at hand, and what is said of bad ones.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/table/cell_errors.h"
#include "datasets/table/layout.h"
#include "formats/csv/csv_reader.h"

namespace dltrain::datasets {

// What a cell means for its row.
enum class Cell {
  value,
  drop,
  bad
};

class TableCells {
 public:
  TableCells(const formats::CsvReader& reader, const TableLayout& layout, const std::vector<std::string>& missing,
             CellErrors& errors)
      : reader_(reader), layout_(layout), missing_(missing), errors_(errors) {}

  std::string_view text(size_t column) const { return reader_.fields()[column]; }
  std::optional<double> number(size_t column) const {
    return formats::parse_number(text(column), layout_.dialect.decimal);
  }
  std::string place(size_t column) const { return reader_.place(column); }
  const std::vector<std::string>& missing() const { return missing_; }
  bool is_missing(std::string_view text) const;
  // The cell as messages show it.
  std::string shown(size_t column) const;
  const TableLayout& layout() const { return layout_; }

  // Notes the error; Cell::bad.
  Cell refuse(Code code, size_t column, std::string what, std::string help = {}) const;

 private:
  const formats::CsvReader& reader_;
  const TableLayout& layout_;
  const std::vector<std::string>& missing_;
  CellErrors& errors_;
};

}  // namespace dltrain::datasets
