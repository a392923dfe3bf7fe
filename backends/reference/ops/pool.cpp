// Pooling over windows of images, forward and backward.
#include <cmath>

#include "backends/reference/evaluate.h"

namespace dltrain::backends::reference {

namespace {

// For each output cell y calls cell(y, x, place) for each input cell x of its window inside the image, then end(y).
// Offsets count elements; place is the row-major place in the window.
template <class Cell, class End>
void for_each_window(const Shape& x, const Shape& y, const graph::Attributes& attributes, Cell cell, End end) {
  const std::vector<int64_t>& size = attributes.integers("size");
  const std::vector<int64_t>& strides = attributes.integers("strides");
  const std::vector<int64_t>& padding = attributes.integers("padding");
  int64_t output = 0;
  for (int64_t n = 0; n < y[0]; ++n)
    for (int64_t row = 0; row < y[1]; ++row)
      for (int64_t column = 0; column < y[2]; ++column)
        for (int64_t channel = 0; channel < y[3]; ++channel, ++output) {
          for (int64_t place = 0; place < size[0] * size[1]; ++place) {
            const int64_t h = row * strides[0] + place / size[1] - padding[0];
            const int64_t w = column * strides[1] + place % size[1] - padding[2];
            if (h >= 0 && h < x[1] && w >= 0 && w < x[2])
              cell(output, ((n * x[1] + h) * x[2] + w) * x[3] + channel, place);
          }
          end(output);
        }
}

void max_pool2d(const Call& c) {
  bool found = false;
  for_each_window(
      c.in().shape(), c.out().shape(), c.attributes,
      [&](int64_t y, int64_t x, int64_t place) {
        const double value = c.in()[x];
        if (found && (std::isnan(c.out(0)[y]) || !(value > c.out(0)[y] || std::isnan(value)))) return;
        c.out(0)[y] = value;
        c.out(1)[y] = static_cast<double>(place);
        found = true;
      },
      [&](int64_t) { found = false; });
}

void max_pool2d_grad(const Call& c) {
  for_each_window(
      c.out().shape(), c.in(0).shape(), c.attributes,
      [&](int64_t y, int64_t x, int64_t place) {
        if (c.in(1)[y] == static_cast<double>(place)) c.out()[x] += c.in(0)[y];
      },
      [](int64_t) {});
}

void average_pool2d(const Call& c) {
  int64_t count = 0;
  for_each_window(
      c.in().shape(), c.out().shape(), c.attributes,
      [&](int64_t y, int64_t x, int64_t) {
        c.out()[y] += c.in()[x];
        ++count;
      },
      [&](int64_t y) {
        c.out()[y] /= static_cast<double>(count);
        count = 0;
      });
}

void average_pool2d_grad(const Call& c) {
  std::vector<int64_t> cells;
  for_each_window(
      c.out().shape(), c.in().shape(), c.attributes, [&](int64_t, int64_t x, int64_t) { cells.push_back(x); },
      [&](int64_t y) {
        for (const int64_t x : cells) c.out()[x] += c.in()[y] / static_cast<double>(cells.size());
        cells.clear();
      });
}

}  // namespace

void register_pool(Evaluations& table) {
  table.add("max_pool2d", max_pool2d);
  table.add("max_pool2d_grad", max_pool2d_grad);
  table.add("average_pool2d", average_pool2d);
  table.add("average_pool2d_grad", average_pool2d_grad);
}

}  // namespace dltrain::backends::reference
