// The distinct values of a column as numbers from 0: classes of a target, categories of a feature.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace dltrain::datasets {

// Numbers that are equal are one category, however they are written ("1", "1.0"), where all of the names are numbers.
class Categories {
 public:
  // In the order given.
  explicit Categories(std::vector<std::string> names);
  // All distinct ones of `values`, sorted as numbers if all are, else as text.
  static Categories of_values(std::vector<std::string> values);

  const std::vector<std::string>& names() const { return names_; }
  // -1: it is none of them.
  int32_t number(std::string_view text) const;

 private:
  std::string key(std::string_view text) const;

  std::vector<std::string> names_;
  bool numeric_ = false;
  std::unordered_map<std::string, int32_t> number_of_;
};

bool all_numbers(const std::vector<std::string>& values);

// "a, b, c and 12 more".
std::string shown_categories(const std::vector<std::string>& names);

}  // namespace dltrain::datasets
