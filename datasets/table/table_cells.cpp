#include "datasets/table/table_cells.h"

#include <algorithm>

#include "core/text.h"

namespace dltrain::datasets {

bool TableCells::is_missing(std::string_view text) const {
  return std::find(missing_.begin(), missing_.end(), text) != missing_.end();
}

std::string TableCells::shown(size_t column) const {
  return text(column).empty() ? "the cell is empty" : quote(utf8_prefix(text(column), 40));
}

Cell TableCells::refuse(Code code, size_t column, std::string what, std::string help) const {
  errors_.add(code, place(column), std::move(what), std::move(help));
  return Cell::bad;
}

}  // namespace dltrain::datasets
