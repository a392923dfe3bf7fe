// Element-wise work with broadcasting, cut into runs: stretches along which every operand either advances by one
// element or stays where it is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "backends/onednn/parallel.h"
#include "core/shape.h"

namespace dltrain::backends::onednn {

constexpr size_t max_operands = 3;
constexpr size_t max_axes = 16;

struct Run {
  const void* in[max_operands];
  int64_t step[max_operands];  // 1, or 0 for an operand that is one element for the whole run
  void* out;
  int64_t count;         // elements
  const float* options;  // of the op, as far as it has any
};
using ElementLoop = void (*)(const Run&);

// How operands of the given shapes spread over an output. Axes along which all operands behave alike are merged, so
// most graphs have one or two.
class Broadcast {
 public:
  Broadcast(const Shape& output, std::span<const Shape> inputs);

  int64_t elements() const { return elements_; }
  int64_t run() const { return run_; }  // elements of a full run
  // Calls f(offsets of the operands in elements, steps, first element of the output, count) for the runs in `range`, a
  // range of output elements. Runs at the borders may be parts.
  template <class F> void for_runs(Range range, const F& f) const {
    if (range.begin >= range.end) return;
    Position at = start(range.begin);
    for (int64_t i = range.begin; i < range.end;) {
      const int64_t count = std::min(run_ - at.column, range.end - i);
      std::array<int64_t, max_operands> offsets = at.offsets;
      for (size_t k = 0; k < max_operands; ++k) offsets[k] += at.column * step_[k];
      f(offsets, step_, i, count);
      i += count;
      advance(at);
    }
  }

 private:
  struct Axis {
    int64_t size;
    std::array<int64_t, max_operands> stride;  // elements; 0: repeated
  };
  struct Position {
    int64_t column = 0;
    std::array<int64_t, max_axes> index{};  // along the outer axes
    std::array<int64_t, max_operands> offsets{};
  };
  Position start(int64_t element) const;
  void advance(Position& at) const;

  std::vector<Axis> outer_;  // outermost first
  int64_t elements_ = 1;
  int64_t run_ = 1;
  std::array<int64_t, max_operands> step_{};
};

}  // namespace dltrain::backends::onednn
