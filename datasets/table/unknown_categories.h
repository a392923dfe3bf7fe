// Categories that a model does not know, and what is said of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.h"
#include "datasets/table/categories.h"

namespace dltrain::datasets {

// `"wood" is not one of the categories gas, oil, pump`.
std::string unknown_text(std::string_view text, const Categories& known);
constexpr const char* unknown_help =
    "correct it, add it to the column's list in categorical, or write on_unknown = \"warn\"";

// Those of one column that count as none of the known ones.
class UnknownCategories {
 public:
  // `column` as messages call it: `column "heating"`.
  explicit UnknownCategories(std::string column) : column_(std::move(column)) {}

  void add(std::string_view text, const std::string& place, int64_t count = 1);
  // One warning that begins with `who`, if there were any.
  void warn(const std::string& who, Diagnostics& warnings) const;

 private:
  struct Seen {
    std::string text, place;
  };
  std::string column_;
  std::vector<Seen> seen_;  // the first ones
  bool more_ = false;
  int64_t cells_ = 0;
};

}  // namespace dltrain::datasets
