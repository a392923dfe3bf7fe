// Reductions along axes, and argmax.
#include <algorithm>
#include <cmath>
#include <limits>

#include "backends/reference/evaluate.h"

namespace dltrain::backends::reference {

namespace {

// Strides into the output for a walk over the input: 0 along the reduced axes, which come back with size 1 or not at
// all.
std::vector<int64_t> target_strides(const Shape& from, const std::vector<int64_t>& axes) {
  std::vector<int64_t> strides(from.rank(), 0);
  int64_t step = 1;
  for (size_t i = from.rank(); i-- > 0;) {
    if (std::find(axes.begin(), axes.end(), static_cast<int64_t>(i)) != axes.end()) continue;
    strides[i] = step;
    step *= from[i];
  }
  return strides;
}

template <double (*join)(double, double)>
void reduce(const Call& c, double start) {
  c.out().values.assign(c.out().values.size(), start);
  Walk walk(c.in().shape(), {target_strides(c.in().shape(), c.attributes.integers("axes"))});
  for (const double x : c.in().values) {
    double& y = c.out()[walk.offset(0)];
    y = join(y, x);
    walk.next();
  }
}

double sum(double x, double y) { return x + y; }
double larger(double x, double y) { return std::isnan(x) || x > y ? x : y; }
double smaller(double x, double y) { return std::isnan(x) || x < y ? x : y; }

void argmax(const Call& c) {
  const Shape& shape = c.in().shape();
  const auto axis = static_cast<size_t>(c.attributes.integer("axis"));
  const int64_t step = strides_of(shape)[axis];
  for (int64_t i = 0; i < c.out().shape().elements(); ++i) {
    const int64_t first = i / step * step * shape[axis] + i % step;
    int64_t best = 0;
    for (int64_t k = 1; k < shape[axis]; ++k) {
      const double now = c.in()[first + k * step];
      const double largest = c.in()[first + best * step];
      if (now > largest || (std::isnan(now) && !std::isnan(largest))) best = k;
    }
    c.out()[i] = static_cast<double>(best);
  }
}

}  // namespace

void register_reduce(Evaluations& table) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  table.add("reduce_sum", [](const Call& c) { reduce<sum>(c, 0); });
  table.add("reduce_max", [](const Call& c) { reduce<larger>(c, -infinity); });
  table.add("reduce_min", [](const Call& c) { reduce<smaller>(c, infinity); });
  table.add("argmax", argmax);
}

}  // namespace dltrain::backends::reference
