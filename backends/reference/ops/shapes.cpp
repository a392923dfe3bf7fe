// Ops that move elements: reshape, transpose, slice, pad, concat, broadcast_to.
#include "backends/reference/evaluate.h"

namespace dltrain::backends::reference {

namespace {

void reshape(const Call& c) { c.out().values = c.in().values; }

// Fills the output from the input read with these strides, from `start` on.
void read_strided(const Call& c, std::vector<int64_t> strides, int64_t start) {
  Walk walk(c.out().shape(), {std::move(strides)});
  for (double& y : c.out().values) {
    y = c.in()[start + walk.offset(0)];
    walk.next();
  }
}

// Writes the input into the output with these strides, from `start` on.
void write_strided(const Tensor& x, Tensor& y, std::vector<int64_t> strides, int64_t start) {
  Walk walk(x.shape(), {std::move(strides)});
  for (const double value : x.values) {
    y[start + walk.offset(0)] = value;
    walk.next();
  }
}

void transpose(const Call& c) {
  const std::vector<int64_t> own = strides_of(c.in().shape());
  std::vector<int64_t> strides;
  for (const int64_t axis : c.attributes.integers("permutation")) strides.push_back(own[static_cast<size_t>(axis)]);
  read_strided(c, strides, 0);
}

void broadcast_to(const Call& c) { read_strided(c, broadcast_strides(c.in().shape(), c.out().shape()), 0); }

void slice(const Call& c) {
  std::vector<int64_t> strides = strides_of(c.in().shape());
  int64_t start = 0;
  for (size_t i = 0; i < strides.size(); ++i) {
    start += c.attributes.integers("begin")[i] * strides[i];
    strides[i] *= c.attributes.integers("strides")[i];
  }
  read_strided(c, strides, start);
}

void pad(const Call& c) {
  c.out().values.assign(c.out().values.size(), c.attributes.real("value"));
  std::vector<int64_t> strides = strides_of(c.out().shape());
  int64_t start = 0;
  for (size_t i = 0; i < strides.size(); ++i) {
    start += c.attributes.integers("low")[i] * strides[i];
    strides[i] *= 1 + c.attributes.integers("interior")[i];
  }
  write_strided(c.in(), c.out(), strides, start);
}

void concat(const Call& c) {
  const std::vector<int64_t> strides = strides_of(c.out().shape());
  const auto axis = static_cast<size_t>(normalized_axis(c.attributes.integer("axis"), strides.size()));
  int64_t start = 0;
  for (const Tensor* x : c.inputs) {
    write_strided(*x, c.out(), strides, start);
    start += x->shape()[axis] * strides[axis];
  }
}

}  // namespace

void register_shapes(Evaluations& table) {
  table.add("reshape", reshape);
  table.add("transpose", transpose);
  table.add("slice", slice);
  table.add("pad", pad);
  table.add("concat", concat);
  table.add("broadcast_to", broadcast_to);
}

}  // namespace dltrain::backends::reference
