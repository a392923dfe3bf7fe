#include "datasets/split.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/checked.h"
#include "datasets/order.h"

namespace dltrain::datasets {

namespace {

// How many of `wanted` each group gives: its share rounded down, and one more for those with the largest remainders.
std::vector<size_t> apportion(const std::vector<std::vector<int64_t>>& groups, size_t total, size_t wanted) {
  std::vector<size_t> counts(groups.size());
  std::vector<double> remainders(groups.size());
  size_t given = 0;
  for (size_t g = 0; g < groups.size(); ++g) {
    const double ideal =
        static_cast<double>(groups[g].size()) * static_cast<double>(wanted) / static_cast<double>(total);
    counts[g] = static_cast<size_t>(ideal);
    remainders[g] = ideal - std::floor(ideal);
    given += counts[g];
  }
  std::vector<size_t> by_remainder(groups.size());
  std::iota(by_remainder.begin(), by_remainder.end(), size_t{0});
  std::stable_sort(by_remainder.begin(), by_remainder.end(),
                   [&](size_t a, size_t b) { return remainders[a] > remainders[b]; });
  for (const size_t g : by_remainder) {
    if (given >= wanted) break;
    if (counts[g] >= groups[g].size()) continue;
    ++counts[g];
    ++given;
  }
  return counts;
}

// Takes `wanted` of the rows, which are in ascending order.
std::vector<int64_t> take(std::vector<int64_t>& rows, std::span<const int32_t> classes, size_t wanted, SplitBy how,
                          uint64_t seed, const char* purpose) {
  std::vector<std::vector<int64_t>> groups;
  if (how == SplitBy::stratified) {
    for (const int64_t row : rows) {
      const auto number = static_cast<size_t>(classes[to_size(row)]);
      if (groups.size() <= number) groups.resize(number + 1);
      groups[number].push_back(row);
    }
  } else {
    groups.push_back(rows);
  }
  const std::vector<size_t> counts = apportion(groups, rows.size(), wanted);
  std::vector<int64_t> taken;
  rows.clear();
  for (size_t g = 0; g < groups.size(); ++g) {
    std::vector<int64_t>& group = groups[g];
    const size_t kept = group.size() - counts[g];
    if (how != SplitBy::time) {
      const std::vector<int64_t> order =
          random_order(static_cast<int64_t>(group.size()), seed, purpose, static_cast<int64_t>(g));
      std::vector<int64_t> mixed;
      for (const int64_t i : order) mixed.push_back(group[to_size(i)]);
      group = std::move(mixed);
    }
    rows.insert(rows.end(), group.begin(), group.begin() + static_cast<ptrdiff_t>(kept));
    taken.insert(taken.end(), group.begin() + static_cast<ptrdiff_t>(kept), group.end());
  }
  std::sort(rows.begin(), rows.end());
  std::sort(taken.begin(), taken.end());
  return taken;
}

}  // namespace

Division divide(int64_t count, std::span<const int32_t> classes, const Shares& shares, uint64_t seed) {
  Division division;
  division.train.resize(to_size(count));
  std::iota(division.train.begin(), division.train.end(), int64_t{0});
  const auto samples = [&](double share) {
    return std::min(division.train.size(), static_cast<size_t>(std::llround(share * static_cast<double>(count))));
  };
  const auto part = [&](const Shares::Share& share, const char* purpose) {
    return take(division.train, classes, samples(share.share), share.how, share.seed.value_or(seed), purpose);
  };
  if (shares.test) division.test = part(*shares.test, "split/test");
  if (shares.validation) division.validation = part(*shares.validation, "split/validation");
  return division;
}

}  // namespace dltrain::datasets
