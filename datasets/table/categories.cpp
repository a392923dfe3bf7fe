#include "datasets/table/categories.h"

#include <algorithm>

#include "core/text.h"
#include "formats/csv/csv_reader.h"

namespace dltrain::datasets {

using formats::parse_number;

Categories::Categories(std::vector<std::string> names) : names_(std::move(names)), numeric_(all_numbers(names_)) {
  for (size_t i = 0; i < names_.size(); ++i) number_of_.emplace(key(names_[i]), static_cast<int32_t>(i));
}

Categories Categories::of_values(std::vector<std::string> values) {
  if (all_numbers(values)) {
    const auto less = [](const std::string& a, const std::string& b) { return *parse_number(a) < *parse_number(b); };
    const auto same = [](const std::string& a, const std::string& b) { return *parse_number(a) == *parse_number(b); };
    std::stable_sort(values.begin(), values.end(), less);
    values.erase(std::unique(values.begin(), values.end(), same), values.end());
  } else {
    std::sort(values.begin(), values.end());
  }
  return Categories(std::move(values));
}

int32_t Categories::number(std::string_view text) const {
  const auto found = number_of_.find(key(text));
  return found == number_of_.end() ? -1 : found->second;
}

std::string Categories::key(std::string_view text) const {
  if (!numeric_) return std::string(text);
  const auto number = parse_number(text);
  return number ? number_text(*number) : std::string(text);
}

bool all_numbers(const std::vector<std::string>& values) {
  return std::all_of(values.begin(), values.end(), [](const std::string& v) { return parse_number(v).has_value(); });
}

std::string shown_categories(const std::vector<std::string>& names) {
  constexpr size_t most = 20;
  std::vector<std::string> shown;
  for (size_t i = 0; i < names.size() && i < most; ++i) shown.push_back(names[i].empty() ? "\"\"" : names[i]);
  if (names.size() <= most) return join(shown, ", ");
  return join(shown, ", ") + " and " + std::to_string(names.size() - most) + " more";
}

}  // namespace dltrain::datasets
