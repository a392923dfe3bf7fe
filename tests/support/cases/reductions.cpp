// Examples of reductions: every position of the reduced axes, one element, long sums.
#include <limits>

#include "tests/support/cases/cases.h"

namespace dltrain::test {

namespace {

using Ints = std::vector<int64_t>;

void add_axes(std::vector<OpCase>& cases, const char* op) {
  struct Axes {
    const char* name;
    Shape shape;
    Ints axes;
    bool keepdims;
  };
  for (const Axes& a : {Axes{"everything", {3, 5, 2}, {0, 1, 2}, false}, Axes{"last axis", {4, 13}, {1}, false},
                        Axes{"last axis kept", {4, 7}, {1}, true}, Axes{"first axis", {5, 7}, {0}, false},
                        Axes{"middle axis", {2, 5, 3}, {1}, true}, Axes{"image", {2, 3, 5, 4}, {1, 2}, false},
                        Axes{"all but channels", {2, 3, 3, 5}, {0, 1, 2}, false},
                        Axes{"first and last", {3, 4, 5}, {0, 2}, true}, Axes{"a scalar", {}, {}, false},
                        Axes{"one element", {1, 1}, {0, 1}, true}, Axes{"axes of one", {1, 6, 1}, {0, 2}, false}}) {
    cases.push_back({op, a.name, {apart(a.shape, -2, 3)}, {{"axes", a.axes}, {"keepdims", a.keepdims}}});
  }
  cases.push_back({op, "integers", {integers({3, 5}, -9, 9)}, {{"axes", Ints{1}}, {"keepdims", false}}});
}

}  // namespace

void add_reduction_cases(std::vector<OpCase>& cases) {
  for (const char* op : {"reduce_sum", "reduce_max", "reduce_min"}) add_axes(cases, op);
  for (const char* op : {"reduce_max", "reduce_min"}) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    cases.push_back(
        {op, "not a number", {listed({2, 3}, {1, nan, 2, 3, 4, 5})}, {{"axes", Ints{1}}, {"keepdims", false}}, false});
    cases.push_back(
        {op, "equal elements", {listed({2, 3}, {1, 1, 1, 0, 2, 2})}, {{"axes", Ints{1}}, {"keepdims", false}}, false});
  }
  for (const Ints& axes : {Ints{}, Ints{0}, Ints{1}, Ints{0, 2}, Ints{0, 1, 2}}) {
    cases.push_back({"reduce_sum",
                     "wide result, axes " + Shape(axes).text(),
                     {reals({5, 3, 70})},
                     {{"axes", axes}, {"keepdims", true}, {"result", DType::f32}}});
  }
  cases.push_back({"reduce_sum", "a long sum", {reals({3, 1009}, 0, 1)}, {{"axes", Ints{1}}, {"keepdims", false}}});
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  cases.push_back({"argmax", "last axis", {reals({5, 7})}, {{"axis", int64_t{1}}}});
  cases.push_back({"argmax", "many short rows", {reals({37, 10})}, {{"axis", int64_t{1}}}});
  cases.push_back({"argmax", "one column", {reals({37, 1})}, {{"axis", int64_t{1}}}});
  cases.push_back(
      {"argmax",
       "not-a-number in many rows",
       {listed({18, 2}, {nan, 1, 1,   nan, nan, nan, 2, 1, 1, 2, infinity, nan, -infinity, nan, nan, infinity, 0, 0,
                         1,   1, nan, 1,   1,   nan, 2, 1, 1, 2, 3,        nan, 1,         nan, nan, 2,        0, 1})},
       {{"axis", int64_t{1}}}});
  cases.push_back({"argmax", "first axis", {reals({5, 7})}, {{"axis", int64_t{0}}}});
  cases.push_back({"argmax", "middle axis", {reals({2, 5, 3})}, {{"axis", int64_t{1}}}});
  cases.push_back(
      {"argmax", "the first of equals", {listed({2, 4}, {1, 3, 3, 2, 5, 5, 5, 5})}, {{"axis", int64_t{1}}}});
  cases.push_back({"argmax",
                   "not-a-number",
                   {listed({4, 3}, {1, nan, 3, nan, nan, 1, infinity, nan, infinity, -infinity, -infinity, nan})},
                   {{"axis", int64_t{1}}}});
  cases.push_back({"argmax", "integers", {integers({4, 6}, 0, 3)}, {{"axis", int64_t{1}}}});
}

}  // namespace dltrain::test
