#include <algorithm>
#include <numeric>
#include <set>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "datasets/order.h"
#include "datasets/split.h"

using namespace dltrain;
using namespace dltrain::datasets;

namespace {

void check_partition(const Division& division, int64_t count) {
  std::vector<int64_t> all;
  for (const auto* part : {&division.train, &division.validation, &division.test}) {
    CHECK(std::is_sorted(part->begin(), part->end()));
    all.insert(all.end(), part->begin(), part->end());
  }
  std::sort(all.begin(), all.end());
  std::vector<int64_t> expected(static_cast<size_t>(count));
  std::iota(expected.begin(), expected.end(), int64_t{0});
  CHECK(all == expected);
}

}  // namespace

TEST_CASE("an epoch's order is a permutation, a pure function of seed and epoch") {
  const std::vector<int64_t> order = epoch_order(1000, 7, 3);
  CHECK(std::set<int64_t>(order.begin(), order.end()).size() == 1000);
  CHECK(*std::max_element(order.begin(), order.end()) == 999);
  CHECK(order == epoch_order(1000, 7, 3));
  CHECK(order != epoch_order(1000, 7, 4));
  CHECK(order != epoch_order(1000, 8, 3));
  CHECK(epoch_order(0, 1, 1).empty());
  CHECK(epoch_order(1, 1, 1) == std::vector<int64_t>{0});
}

TEST_CASE("every place of a shuffled order is equally likely") {
  // 6 orders of 3 samples in 6000 epochs: each 1000 times, standard deviation 29.
  std::vector<int> counts(27);
  for (int64_t epoch = 0; epoch < 6000; ++epoch) {
    const std::vector<int64_t> order = epoch_order(3, 1, epoch);
    ++counts[static_cast<size_t>(order[0] * 9 + order[1] * 3 + order[2])];
  }
  int used = 0;
  for (const int count : counts) {
    if (count == 0) continue;
    ++used;
    CHECK(std::abs(count - 1000) < 150);
  }
  CHECK(used == 6);
}

TEST_CASE("a share with a seed of its own is the same in every run") {
  const auto test_part = [](std::optional<uint64_t> own, uint64_t run) {
    return divide(500, {}, {.test = {{0.2, SplitBy::random, own}}}, run).test;
  };
  CHECK(test_part(3, 0) == test_part(3, 1));
  CHECK(test_part(3, 1) == test_part({}, 3));
  CHECK(test_part(3, 0) != test_part(4, 0));
}

TEST_CASE("shares are of the whole, the test share is taken first") {
  const Division division =
      divide(1000, {}, {.validation = {{0.1, SplitBy::random}}, .test = {{0.2, SplitBy::random}}}, 5);
  CHECK(division.train.size() == 700);
  CHECK(division.validation.size() == 100);
  CHECK(division.test.size() == 200);
  check_partition(division, 1000);
  const Division without = divide(1000, {}, {.validation = {}, .test = {{0.2, SplitBy::random}}}, 5);
  CHECK(without.test == division.test);
  CHECK(divide(1000, {}, {.validation = {}, .test = {{0.2, SplitBy::random}}}, 6).test != division.test);
}

TEST_CASE("time takes the last samples") {
  const Division division = divide(10, {}, {.validation = {{0.2, SplitBy::time}}, .test = {{0.3, SplitBy::time}}}, 5);
  CHECK(division.train == std::vector<int64_t>{0, 1, 2, 3, 4});
  CHECK(division.validation == std::vector<int64_t>{5, 6});
  CHECK(division.test == std::vector<int64_t>{7, 8, 9});
}

TEST_CASE("stratified gives each class its share") {
  std::vector<int32_t> classes;
  for (int i = 0; i < 150; ++i) classes.push_back(i / 50);  // sorted, as iris is
  for (int i = 0; i < 7; ++i) classes.push_back(3);
  const Division division =
      divide(157, classes, {.validation = {{0.2, SplitBy::stratified}}, .test = {{0.1, SplitBy::stratified}}}, 5);
  check_partition(division, 157);
  CHECK(division.test.size() == 16);
  CHECK(division.validation.size() == 31);
  std::vector<int> in_test(4);
  for (const int64_t row : division.test) ++in_test[static_cast<size_t>(classes[static_cast<size_t>(row)])];
  CHECK(in_test == std::vector<int>{5, 5, 5, 1});
}
