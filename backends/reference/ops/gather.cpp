// Rows by index. An index outside the table reads zeros and adds nothing.
#include "backends/reference/evaluate.h"

namespace dltrain::backends::reference {

namespace {

// Calls f(place in the table, place in the rows) for each pair of elements that belong together.
template <class F>
void for_each_pair(const Tensor& indices, const Shape& table, F f) {
  const int64_t width = table.from(1).elements();
  for (int64_t i = 0; i < indices.shape().elements(); ++i) {
    const double row = indices[i];
    if (!(row >= 0 && row < static_cast<double>(table[0]))) continue;
    for (int64_t k = 0; k < width; ++k) f(static_cast<int64_t>(row) * width + k, i * width + k);
  }
}

void gather(const Call& c) {
  for_each_pair(c.in(1), c.in(0).shape(), [&](int64_t table, int64_t row) { c.out()[row] = c.in(0)[table]; });
}

void scatter_add(const Call& c) {
  for_each_pair(c.in(0), c.out().shape(), [&](int64_t table, int64_t row) { c.out()[table] += c.in(1)[row]; });
}

}  // namespace

void register_gather(Evaluations& table) {
  table.add("gather", gather);
  table.add("scatter_add", scatter_add);
}

}  // namespace dltrain::backends::reference
