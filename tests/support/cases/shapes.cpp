// Examples of ops that move elements.
#include "tests/support/cases/cases.h"

namespace dltrain::test {

namespace {

using Ints = std::vector<int64_t>;

OpCase slice(const char* name, Shape x, Ints begin, Ints size, Ints strides) {
  return {"slice",
          name,
          {reals(std::move(x))},
          {{"begin", std::move(begin)}, {"size", std::move(size)}, {"strides", std::move(strides)}}};
}

OpCase pad(const char* name, Shape x, Ints low, Ints high, Ints interior, double value) {
  return {"pad",
          name,
          {reals(std::move(x))},
          {{"low", std::move(low)}, {"high", std::move(high)}, {"interior", std::move(interior)}, {"value", value}}};
}

}  // namespace

void add_shape_cases(std::vector<OpCase>& cases) {
  cases.push_back({"reshape", "flatten", {reals({2, 3, 5})}, {{"shape", Ints{2, 15}}}});
  cases.push_back({"reshape", "from a scalar", {reals({})}, {{"shape", Ints{1, 1}}}});
  cases.push_back({"reshape", "to a scalar", {reals({1})}, {{"shape", Ints{}}}});
  cases.push_back({"reshape", "integers", {integers({6}, 0, 9)}, {{"shape", Ints{3, 2}}}});

  cases.push_back({"transpose", "matrix", {reals({3, 5})}, {{"permutation", Ints{1, 0}}}});
  cases.push_back({"transpose", "channels to the front", {reals({2, 3, 4, 5})}, {{"permutation", Ints{0, 3, 1, 2}}}});
  cases.push_back({"transpose", "rotation of three axes", {reals({2, 3, 7})}, {{"permutation", Ints{2, 0, 1}}}});
  cases.push_back({"transpose", "sizes of one", {reals({1, 7, 1})}, {{"permutation", Ints{2, 1, 0}}}});
  cases.push_back({"transpose", "bytes", {integers({3, 5}, 0, 255, DType::u8)}, {{"permutation", Ints{1, 0}}}});

  cases.push_back(slice("middle of a matrix", {5, 7}, {1, 2}, {3, 4}, {1, 1}));
  cases.push_back(slice("every second", {7}, {0}, {4}, {2}));
  cases.push_back(slice("strides that leave a rest", {3, 11, 2}, {0, 1, 1}, {2, 3, 1}, {2, 4, 1}));
  cases.push_back(slice("one element", {3, 5}, {2, 4}, {1, 1}, {1, 1}));
  cases.push_back(slice("all but the last column", {4, 5, 3}, {0, 0, 0}, {4, 4, 3}, {1, 1, 1}));

  cases.push_back(pad("border of an image", {2, 3, 5, 2}, {0, 1, 2, 0}, {0, 2, 1, 0}, {0, 0, 0, 0}, 0));
  cases.push_back(pad("a value", {3}, {2}, {1}, {0}, -1.5));
  cases.push_back(pad("between neighbours", {3, 4}, {0, 1}, {2, 0}, {1, 2}, 0));
  cases.push_back(pad("before only", {2, 5, 3}, {0, 3, 0}, {0, 0, 0}, {0, 0, 0}, 0));

  cases.push_back({"concat", "last axis", {reals({2, 3}), reals({2, 5})}, {{"axis", int64_t{-1}}}});
  cases.push_back({"concat", "first axis", {reals({2, 3}), reals({1, 3}), reals({4, 3})}, {{"axis", int64_t{0}}}});
  cases.push_back({"concat", "channels of images", {reals({2, 3, 3, 1}), reals({2, 3, 3, 4})}, {{"axis", int64_t{3}}}});
  cases.push_back({"concat", "integers", {integers({3}, 0, 9), integers({2}, 0, 9)}, {{"axis", int64_t{0}}}});

  cases.push_back({"broadcast_to", "a scalar", {reals({})}, {{"shape", Ints{3, 5}}}});
  cases.push_back({"broadcast_to", "a row", {reals({5})}, {{"shape", Ints{3, 5}}}});
  cases.push_back({"broadcast_to", "a column", {reals({3, 1})}, {{"shape", Ints{3, 7}}}});
  cases.push_back({"broadcast_to", "inner axes", {reals({2, 1, 1, 3})}, {{"shape", Ints{2, 4, 5, 3}}}});
  cases.push_back({"broadcast_to", "integers", {integers({1, 3}, 0, 9)}, {{"shape", Ints{2, 3}}}});
}

}  // namespace dltrain::test
