#include "datasets/one_hot.h"

#include <algorithm>

#include "core/checked.h"

namespace dltrain::datasets {

std::vector<int64_t> category_counts(const Preparation& preparation, size_t columns) {
  std::vector<int64_t> counts(columns);
  for (size_t i = 0; i < preparation.categories.size(); ++i)
    counts.at(i) = static_cast<int64_t>(preparation.categories[i].size());
  return counts;
}

int64_t row_width(std::span<const int64_t> category_counts) {
  int64_t width = 0;
  for (const int64_t count : category_counts) width += std::max<int64_t>(count, 1);
  return width;
}

void spread_row(std::span<const float> raw, std::span<const int64_t> category_counts, std::span<float> out) {
  size_t at = 0;
  for (size_t column = 0; column < raw.size(); ++column) {
    const size_t count = to_size(category_counts[column]);
    if (count == 0) {
      out[at++] = raw[column];
      continue;
    }
    std::ranges::fill(out.subspan(at, count), 0.0F);
    if (raw[column] >= 0) out[at + static_cast<size_t>(raw[column])] = 1;
    at += count;
  }
}

std::vector<std::string> value_names(const Preparation& preparation) {
  if (preparation.categories.empty()) return preparation.columns;
  std::vector<std::string> names;
  for (size_t i = 0; i < preparation.columns.size(); ++i) {
    const std::string& column = preparation.columns[i];
    for (const std::string& category : preparation.categories[i]) names.push_back(column + "=" + category);
    if (preparation.categories[i].empty()) names.push_back(column);
  }
  return names;
}

std::vector<bool> are_categories(const Preparation& preparation) {
  std::vector<bool> flags;
  for (const std::vector<std::string>& of_column : preparation.categories)
    flags.insert(flags.end(), std::max<size_t>(of_column.size(), 1), !of_column.empty());
  return flags;
}

}  // namespace dltrain::datasets
