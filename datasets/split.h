// Divides samples into parts: the test share first, then the validation share; both are shares of the whole.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/data_spec.h"

namespace dltrain::datasets {

struct Shares {
  struct Share {
    double share = 0;
    SplitBy how = SplitBy::random;
    std::optional<uint64_t> seed = std::nullopt;  // instead of that of the whole division
  };
  std::optional<Share> validation;
  std::optional<Share> test;
};

// Rows of each part, in ascending order.
struct Division {
  std::vector<int64_t> train;
  std::vector<int64_t> validation;
  std::vector<int64_t> test;
};

// A pure function of its arguments. `classes` holds the class number of each sample; needed for "stratified" only,
// which gives each class its share as nearly as whole samples allow. "time" takes the last samples: train, validation,
// test in this order.
Division divide(int64_t count, std::span<const int32_t> classes, const Shares& shares, uint64_t seed);

}  // namespace dltrain::datasets
