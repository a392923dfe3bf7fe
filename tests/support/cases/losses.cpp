// Examples of cross-entropies and their gradients, and of scalars over many values.
#include <limits>

#include "tests/support/cases/cases.h"

namespace dltrain::test {

namespace {

void add_pair(std::vector<OpCase>& cases, const std::string& op, const char* name, const Operand& logits,
              const Operand& targets, const Shape& loss) {
  cases.push_back({op, name, {logits, targets}});
  cases.push_back({op + "_grad", name, {logits, targets, reals(loss)}});
}

}  // namespace

void add_loss_cases(std::vector<OpCase>& cases) {
  const std::string sparse = "sparse_softmax_cross_entropy";
  add_pair(cases, sparse, "rows", reals({5, 7}, -3, 3), integers({5}, 0, 6), {5});
  add_pair(cases, sparse, "pixels", reals({2, 3, 3, 4}, -3, 3), integers({2, 3, 3}, 0, 3, DType::u8), {2, 3, 3});
  add_pair(cases, sparse, "a label outside gives nothing", reals({4, 3}, -3, 3), listed({4}, {-1, 0, 3, 2}, DType::i64),
           {4});
  add_pair(cases, sparse, "many short rows", reals({37, 10}, -3, 3), integers({37}, 0, 9), {37});
  add_pair(cases, sparse, "many longer rows", reals({37, 45}, -3, 3), integers({37}, 0, 44), {37});
  cases.push_back(
      {sparse, "large numbers in many rows", {reals({37, 3}, -1000, 1000), integers({37}, 0, 2)}, {}, false});
  add_pair(cases, sparse, "one row", reals({3}), listed({}, {1}, DType::i32), {});
  cases.push_back({sparse,
                   "large numbers",
                   {listed({3, 2}, {1000, -1000, 1000, -1000, 0, 1e-3}), listed({3}, {0, 1, 1}, DType::i32)},
                   {},
                   false});

  add_pair(cases, "softmax_cross_entropy", "rows", reals({5, 7}, -3, 3), reals({5, 7}, 0, 1), {5});
  add_pair(cases, "softmax_cross_entropy", "sequences", reals({2, 3, 4}, -3, 3), reals({2, 3, 4}, 0, 1), {2, 3});
  add_pair(cases, "softmax_cross_entropy", "one class", reals({4, 1}), reals({4, 1}, 0, 1), {4});
  cases.push_back({"softmax_cross_entropy",
                   "large numbers",
                   {listed({2, 3}, {1000, 0, -1000, 90, 0, -90}), listed({2, 3}, {1, 0, 0, 0, 0, 1})},
                   {},
                   false});

  add_pair(cases, "sigmoid_cross_entropy", "rows", apart({5, 7}, -3.01, 3.02), reals({5, 7}, 0, 1), {5, 7});
  add_pair(cases, "sigmoid_cross_entropy", "a column", apart({5, 1}, -3.01, 3.02), reals({5, 1}, 0, 1), {5, 1});
  cases.push_back({"sigmoid_cross_entropy",
                   "large numbers",
                   {listed({4}, {1000, -1000, 100, 0}), listed({4}, {0, 1, 1, 0.5})},
                   {},
                   false});

  const double infinity = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  cases.push_back({"all_finite", "all are", {reals({3, 5}), reals({7}), reals({})}});
  cases.push_back(
      {"all_finite", "an infinity in the last", {reals({3, 5}), listed({4}, {0, 0, 0, -infinity})}, {}, false});
  cases.push_back({"all_finite", "a not-a-number in the first", {listed({3}, {nan, 1, 2}), reals({7})}, {}, false});
  cases.push_back({"all_finite",
                   "gradients with penalties",
                   {reals({3, 5}), reals({7}), reals({}), reals({3, 5}), reals({7}), reals({}), listed({}, {32})},
                   {{"penalties", std::vector<double>{0.01, 0, 0.5}}}});
  cases.push_back({"all_finite",
                   "gradients with penalties, one of which is infinite",
                   {reals({3}), listed({2}, {1, infinity}), reals({3}), reals({2}), listed({}, {8})},
                   {{"penalties", std::vector<double>{0.01, 0.1}}},
                   false});
  cases.push_back({"sum_of_squares", "three values", {reals({3, 5}), reals({7}), reals({})}});
  cases.push_back({"sum_of_squares", "one value", {reals({2, 2, 3})}});
}

}  // namespace dltrain::test
