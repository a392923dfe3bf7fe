#include "backends/onednn/loops.h"

#include "core/diagnostic.h"

namespace dltrain::backends::onednn {

Broadcast::Broadcast(const Shape& output, std::span<const Shape> inputs) : elements_(output.elements()) {
  std::vector<Axis> axes;  // innermost first
  std::array<int64_t, max_operands> stride;
  stride.fill(1);
  for (size_t back = 1; back <= output.rank(); ++back) {
    const int64_t size = output[output.rank() - back];
    Axis axis{size, {}};
    for (size_t k = 0; k < inputs.size(); ++k) {
      const int64_t own = back <= inputs[k].rank() ? inputs[k][inputs[k].rank() - back] : 1;
      axis.stride[k] = own == 1 ? 0 : stride[k];
      stride[k] *= own;
    }
    if (size == 1) continue;
    const auto joins = [&] {
      for (size_t k = 0; k < inputs.size(); ++k) {
        if (axis.stride[k] != axes.back().stride[k] * axes.back().size) return false;
      }
      return true;
    };
    if (!axes.empty() && joins()) axes.back().size *= size;
    else axes.push_back(axis);
  }
  if (axes.empty()) return;
  run_ = axes.front().size;
  step_ = axes.front().stride;
  outer_.assign(axes.rbegin(), axes.rend() - 1);
  if (outer_.size() > max_axes) throw Bug("element-wise work over " + output.text() + " has too many axes");
}

Broadcast::Position Broadcast::start(int64_t element) const {
  Position at;
  at.column = element % run_;
  int64_t row = element / run_;
  for (size_t a = outer_.size(); a-- > 0;) {
    at.index[a] = row % outer_[a].size;
    row /= outer_[a].size;
    for (size_t k = 0; k < max_operands; ++k) at.offsets[k] += at.index[a] * outer_[a].stride[k];
  }
  return at;
}

void Broadcast::advance(Position& at) const {
  at.column = 0;
  for (size_t a = outer_.size(); a-- > 0;) {
    const Axis& axis = outer_[a];
    for (size_t k = 0; k < max_operands; ++k) at.offsets[k] += axis.stride[k];
    if (++at.index[a] < axis.size) return;
    for (size_t k = 0; k < max_operands; ++k) at.offsets[k] -= axis.stride[k] * axis.size;
    at.index[a] = 0;
  }
}

}  // namespace dltrain::backends::onednn
