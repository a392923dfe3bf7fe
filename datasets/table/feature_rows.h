// The features of one input while a table is read: numbers as they come, categories as numbers of their distinct texts,
// which get their final numbers at the end.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "datasets/samples.h"
#include "datasets/table/distinct_texts.h"
#include "datasets/table/float_rows.h"
#include "datasets/table/roles.h"
#include "datasets/table/table_cells.h"

namespace dltrain::datasets {

struct CategoryLimits {
  std::optional<int64_t> most;  // categories of a column without a list of them: the most frequent ones
  bool refuse_unknown = false;
};

class FeatureRows {
 public:
  FeatureRows(const TableRoles::Input& role, const CategoryLimits& limits);

  // Looks at the k-th column of the row at hand.
  Cell read(const TableCells& cells, size_t k);
  // Takes the row that was read.
  void keep(const TableCells& cells);

  // The input of all rows kept. Reports categories that are not known, warns of columns with nearly as many as rows and
  // of unknown categories that count as none; `file` begins what is said. Leaves preparation.missing and .dialect to the
  // caller.
  InputField finish(const TableLayout& layout, bool values_read, Diagnostics& warnings, std::vector<std::string>& notes,
                    CellErrors& errors);

 private:
  Cell read_number(const TableCells& cells, size_t k);
  Cell read_category(const TableCells& cells, size_t k);
  // The categories of a column, and the column's cells in their numbers.
  std::vector<std::string> finish_column(const TableLayout& layout, size_t k, Diagnostics& warnings,
                                         std::vector<std::string>& notes, CellErrors& errors);
  std::vector<std::string> find_categories(const TableLayout& layout, size_t k, Diagnostics& warnings,
                                           std::vector<std::string>& notes) const;

  const TableRoles::Input& role_;
  CategoryLimits limits_;
  FloatRows rows_;
  std::vector<float> row_;  // the one at hand
  std::vector<DistinctTexts> distinct_;  // by column
};

}  // namespace dltrain::datasets
