// Examples of constants and element-wise ops: scalars, odd sizes, broadcasting on either side, special values.
#include <cmath>

#include "tests/support/cases/cases.h"

namespace dltrain::test {

namespace {

using Ints = std::vector<int64_t>;

void add_constants(std::vector<OpCase>& cases) {
  cases.push_back({"full", "scalar", {}, {{"dtype", DType::f32}, {"shape", Ints{}}, {"value", 0.1}}});
  cases.push_back({"full", "matrix", {}, {{"dtype", DType::f32}, {"shape", Ints{3, 5}}, {"value", -2.5}}});
  cases.push_back({"full", "integers", {}, {{"dtype", DType::i32}, {"shape", Ints{7}}, {"value", 3.0}}});
  cases.push_back(
      {"constant",
       "matrix",
       {},
       {{"dtype", DType::f32}, {"shape", Ints{2, 3}}, {"values", std::vector<double>{1, -2, 0.5, 3, 4, 1e-3}}}});
  cases.push_back({"constant",
                   "truth values",
                   {},
                   {{"dtype", DType::boolean}, {"shape", Ints{3}}, {"values", std::vector<double>{1, 0, 1}}}});
  cases.push_back({"iota", "vector", {}, {{"dtype", DType::i32}, {"shape", Ints{5}}, {"axis", int64_t{0}}}});
  cases.push_back({"iota", "middle axis", {}, {{"dtype", DType::f32}, {"shape", Ints{2, 3, 4}}, {"axis", int64_t{1}}}});
}

void add_unary(std::vector<OpCase>& cases) {
  struct Range {
    const char* op;
    double low, high;
  };
  // Away from 0 where the derivative jumps or ends there, and from integers for floor.
  for (const Range& r :
       {Range{"neg", -2, 2}, Range{"abs", 0.1, 2}, Range{"sign", 0.1, 2}, Range{"exp", -3, 3}, Range{"log", 0.1, 5},
        Range{"log1p", -0.9, 3}, Range{"expm1", -3, 3}, Range{"sqrt", 0.1, 5}, Range{"rsqrt", 0.1, 5},
        Range{"reciprocal", 0.2, 3}, Range{"square", -3, 3}, Range{"tanh", -3, 3}, Range{"erf", -3, 3},
        Range{"floor", 1.1, 1.9}, Range{"sin", -4, 4}, Range{"cos", -4, 4}}) {
    cases.push_back({r.op, "scalar", {reals({}, r.low, r.high)}});
    cases.push_back({r.op, "one element", {reals({1, 1}, r.low, r.high)}});
    cases.push_back({r.op, "odd sizes", {reals({3, 7, 5}, r.low, r.high)}});
  }
  for (const char* op : {"abs", "sign", "reciprocal"}) cases.push_back({op, "negative", {reals({17}, -3, -0.2)}});
  cases.push_back({"floor", "negative", {listed({4}, {-0.5, -1.25, 2.75, -7.5})}});
  cases.push_back({"sign", "zero", {listed({3}, {0, -1, 2})}, {}, false});
  cases.push_back({"stop_gradient", "odd sizes", {reals({3, 5})}, {}, false});
  cases.push_back({"is_finite", "special values", {listed({5}, {1, -INFINITY, NAN, INFINITY, 0})}});
  cases.push_back({"logical_not", "odd sizes", {booleans({13})}});
  cases.push_back({"cast", "truth values to reals", {booleans({13})}, {{"dtype", DType::f32}}});
  cases.push_back({"cast", "integers to reals", {integers({3, 5}, -9, 9)}, {{"dtype", DType::f32}}});
  cases.push_back({"cast", "bytes to reals", {integers({3, 5}, 0, 255, DType::u8)}, {{"dtype", DType::f32}}});
  cases.push_back(
      {"cast", "reals to integers", {listed({6}, {-1.75, -0.5, 0, 0.5, 1.75, 3})}, {{"dtype", DType::i32}}});
  cases.push_back({"cast", "reals to truth values", {listed({4}, {0, 0.5, -1, 0})}, {{"dtype", DType::boolean}}});
  cases.push_back({"cast", "wide integers to narrow", {integers({9}, -100, 100, DType::i64)}, {{"dtype", DType::i32}}});
  cases.push_back({"cast", "a scalar counter to a real", {listed({}, {41}, DType::i64)}, {{"dtype", DType::f32}}});
}

// Pairs of shapes that broadcast in every way.
void add_pairs(std::vector<OpCase>& cases, const char* op, const Operand& x, const Operand& y) {
  struct Pair {
    const char* name;
    Shape x, y;
  };
  for (const Pair& p :
       {Pair{"scalars", {}, {}}, Pair{"equal shapes", {3, 5, 7}, {3, 5, 7}}, Pair{"a row to the right", {4, 13}, {13}},
        Pair{"a row to the left", {5}, {3, 5}}, Pair{"a column", {4, 3}, {4, 1}}, Pair{"a scalar", {2, 3, 3}, {}},
        Pair{"both grow", {3, 1, 2}, {4, 1}}, Pair{"channels of images", {2, 3, 3, 5}, {5}},
        Pair{"one element", {1}, {1, 1}}}) {
    Operand left = x;
    Operand right = y;
    left.type.shape = p.x;
    right.type.shape = p.y;
    cases.push_back({op, p.name, {left, right}});
  }
}

void add_binary(std::vector<OpCase>& cases) {
  for (const char* op : {"add", "sub", "mul"}) add_pairs(cases, op, reals({}, -2, 2), reals({}, -2, 2));
  add_pairs(cases, "div", reals({}, -2, 2), reals({}, 0.5, 2));
  add_pairs(cases, "pow", reals({}, 0.3, 2), reals({}, -2, 3));
  for (const char* op : {"maximum", "minimum"}) add_pairs(cases, op, apart({}, -1, 1), apart({}, -0.9, 1.07));
  // Integers, so that equal elements occur.
  for (const char* op : {"equal", "less", "less_equal"}) {
    add_pairs(cases, op, integers({}, 0, 3), integers({}, 0, 3));
    cases.push_back({op, "reals", {listed({6}, {0, 1, 2, -1, 0.5, 0.25}), listed({6}, {0, 2, 1, -1, 0.5, 0.5})}});
  }
  for (const char* op : {"logical_and", "logical_or"}) add_pairs(cases, op, booleans({}), booleans({}));
  for (const char* op : {"add", "sub", "mul", "maximum", "minimum"}) {
    cases.push_back({op, "integers", {integers({3, 5}, -9, 9), integers({5}, -9, 9)}});
    cases.push_back({op, "a counter", {listed({}, {41}, DType::i64), listed({}, {1}, DType::i64)}});
  }
  cases.push_back({"div",
                   "integers are cut towards zero",
                   {listed({5}, {7, -7, 7, -7, 5}, DType::i32), listed({5}, {2, 2, -2, -2, 0}, DType::i32)}});
  cases.push_back({"div", "by zero", {listed({3}, {1, -1, 0}), listed({3}, {0})}, {}, false});
  cases.push_back(
      {"maximum", "not a number", {listed({4}, {NAN, 1, 2, -INFINITY}), listed({4}, {0, NAN, 1, 3})}, {}, false});
  cases.push_back(
      {"minimum", "not a number", {listed({4}, {NAN, 1, 2, -INFINITY}), listed({4}, {0, NAN, 1, 3})}, {}, false});
  cases.push_back({"pow", "negative base", {listed({3}, {-1.5, -2, -0.5}), listed({}, {3})}, {}, false});
}

void add_select(std::vector<OpCase>& cases) {
  cases.push_back({"select", "equal shapes", {booleans({3, 5}), reals({3, 5}), reals({3, 5})}});
  cases.push_back({"select", "one condition", {booleans({}), reals({3, 5}), reals({3, 5})}});
  cases.push_back({"select", "a condition per row", {booleans({3, 1}), reals({3, 5}), reals({})}});
  cases.push_back({"select", "the condition grows", {booleans({4, 3}), reals({3}), reals({1})}});
  cases.push_back(
      {"select", "integers", {booleans({7}), integers({7}, 0, 9, DType::i64), integers({}, 0, 9, DType::i64)}});
}

}  // namespace

void add_elementwise_cases(std::vector<OpCase>& cases) {
  add_constants(cases);
  add_unary(cases);
  add_binary(cases);
  add_select(cases);
}

}  // namespace dltrain::test
