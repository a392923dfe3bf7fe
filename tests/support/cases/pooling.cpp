// Examples of pooling, forward and backward.
#include <limits>

#include "tests/support/cases/cases.h"

namespace dltrain::test {

namespace {

using Ints = std::vector<int64_t>;

struct Pooling {
  const char* name;
  Shape x, y;
  Ints size, strides, padding;
};

}  // namespace

void add_pooling_cases(std::vector<OpCase>& cases) {
  for (const Pooling& p :
       {Pooling{"2x2", {2, 4, 6, 3}, {2, 2, 3, 3}, {2, 2}, {2, 2}, {0, 0, 0, 0}},
        Pooling{"a rest is left out", {1, 5, 7, 2}, {1, 2, 3, 2}, {2, 2}, {2, 2}, {0, 0, 0, 0}},
        Pooling{"overlapping", {1, 5, 5, 3}, {1, 3, 3, 3}, {3, 3}, {1, 1}, {0, 0, 0, 0}},
        Pooling{"same", {2, 5, 4, 1}, {2, 3, 2, 1}, {2, 2}, {2, 2}, {0, 1, 0, 0}},
        Pooling{"padding all around", {1, 4, 5, 2}, {1, 2, 3, 2}, {3, 3}, {2, 2}, {1, 1, 1, 1}},
        Pooling{"gaps between windows", {1, 7, 7, 2}, {1, 2, 2, 2}, {2, 2}, {4, 4}, {0, 0, 0, 0}},
        Pooling{"one dimension", {2, 1, 9, 3}, {2, 1, 4, 3}, {1, 3}, {1, 2}, {0, 0, 0, 0}},
        Pooling{"whole image", {2, 3, 5, 3}, {2, 1, 1, 3}, {3, 5}, {3, 5}, {0, 0, 0, 0}},
        Pooling{"window of one", {1, 3, 3, 2}, {1, 3, 3, 2}, {1, 1}, {1, 1}, {0, 0, 0, 0}},
        Pooling{"more than 256 cells", {1, 17, 18, 1}, {1, 1, 2, 1}, {17, 17}, {1, 1}, {0, 0, 0, 0}}}) {
    const graph::Attributes pool = {{"size", p.size}, {"strides", p.strides}, {"padding", p.padding}};
    graph::Attributes back = pool;
    back.set("input_shape", p.x.sizes());
    const int64_t cells = p.size[0] * p.size[1];
    cases.push_back({"max_pool2d", p.name, {apart(p.x, -3, 2)}, pool});
    // Places inside the image for every window: the centre.
    const auto centre = static_cast<double>(p.size[0] / 2 * p.size[1] + p.size[1] / 2);
    cases.push_back({"max_pool2d_grad",
                     p.name,
                     {reals(p.y), listed(p.y, {centre}, cells <= 256 ? DType::u8 : DType::i32)},
                     back,
                     false});
    cases.push_back({"average_pool2d", p.name, {reals(p.x)}, pool});
    cases.push_back({"average_pool2d_grad", p.name, {reals(p.y)}, back});
  }
  const graph::Attributes two = {{"size", Ints{2, 2}}, {"strides", Ints{2, 2}}, {"padding", Ints{0, 0, 0, 0}}};
  cases.push_back({"max_pool2d", "the first of equals", {listed({1, 4, 4, 1}, {1})}, two, false});
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double low = -std::numeric_limits<double>::infinity();
  cases.push_back({"max_pool2d", "not a number", {listed({1, 2, 4, 1}, {1, 5, 2, nan, nan, 7, 3, nan})}, two, false});
  cases.push_back({"max_pool2d", "minus infinity", {listed({1, 2, 2, 2}, {low})}, two, false});
}

}  // namespace dltrain::test
