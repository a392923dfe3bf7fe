// The target column of a table while it is read: distinct values are collected, and become classes or numbers at the
// end.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/data_spec.h"
#include "datasets/samples.h"
#include "datasets/table/cell_errors.h"
#include "datasets/table/distinct_texts.h"

namespace dltrain::datasets {

class TargetColumn {
 public:
  // `place` is asked for the cell at hand when a value is new: "file:line:column".
  void add(std::string_view text, const std::function<std::string()>& place) {
    codes_.push_back(distinct_.add(text, place));
  }

  int64_t rows() const { return static_cast<int64_t>(codes_.size()); }
  // `decimal`: what stands before the fraction of a number.
  bool holds_numbers(char decimal) const;

  // The values as classes: those of `fixed` (an earlier part) or `names` where given, else the distinct values, sorted
  // as numbers if all are, else as text. Reports values outside of the given classes.
  void finish_classes(TargetField& target, const DataField* fixed, const std::vector<std::string>& names,
                      CellErrors& errors) const;
  // The values as f32 [N, 1]. Reports what is not a number.
  void finish_numbers(TargetField& target, char decimal, CellErrors& errors) const;

 private:
  DistinctTexts distinct_;
  std::vector<int32_t> codes_;  // by row
};

}  // namespace dltrain::datasets
