#include "graph/recurrent.h"

#include "graph/ops.h"

namespace dltrain::graph {

Value step_of(Builder& b, Value sequence, int64_t t) {
  const Shape shape = b.shape(sequence);
  const bool is_mask = shape.rank() == 2;
  std::vector<int64_t> begin(shape.rank(), 0);
  std::vector<int64_t> size = shape.sizes();
  begin[0] = t;
  size[0] = 1;
  return reshape(b, slice(b, sequence, begin, size), {shape[1], is_mask ? 1 : shape[2]});
}

Value stack_steps(Builder& b, const std::vector<Value>& steps) {
  std::vector<Value> parts;
  for (const Value step : steps) parts.push_back(reshape(b, step, Shape{1}.concat(b.shape(step))));
  return parts.size() == 1 ? parts[0] : concat(b, parts, 0);
}

Value columns_of(Builder& b, Value x, int64_t number, int64_t units) {
  return slice(b, x, {0, number * units}, {b.shape(x)[0], units});
}

Value where(Builder& b, Value mask, Value x, Value otherwise) {
  const auto zeros = [&](Value like) { return full(b, b.dtype(like), {}, 0); };
  if (!x.valid()) return select(b, mask, zeros(otherwise), otherwise);
  return select(b, mask, x, otherwise.valid() ? otherwise : zeros(x));
}

Value add_if(Builder& b, Value x, Value y) {
  if (!x.valid()) return y;
  return y.valid() ? add(b, x, y) : x;
}

}  // namespace dltrain::graph
