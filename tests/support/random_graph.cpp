#include "tests/support/random_graph.h"

#include "core/random.h"
#include "graph/ops.h"

namespace dltrain::test {

namespace {

using graph::Value;

const Shape shape{4, 6};

class Maker {
 public:
  Maker(uint64_t seed, graph::Builder& b) : random_(seed, 0), b_(b) {}

  void make(int size) {
    for (const char* name : {"a", "b"}) values_.push_back(b_.input(name, graph::InputKind::data, {DType::f64, shape}));
    for (int i = 0; i < 3; ++i) values_.push_back(b_.state(state(i)));
    for (int i = 0; i < size; ++i) values_.push_back(any_node());
    for (int i = 0; i < 3; ++i) {
      if (below(3) > 0) b_.set_state(state(i).name, any_value());
    }
    for (size_t i = 0; i <= below(3); ++i) b_.set_result("y" + std::to_string(i), any_value());
  }

 private:
  static graph::StateInfo state(int i) { return {"s" + std::to_string(i), {DType::f64, shape}}; }
  size_t below(uint64_t bound) { return static_cast<size_t>(random_.below(bound, 0, drawn_++)); }

  // Mostly a recent value, so that chains grow; at times any.
  Value any_value() {
    const size_t recent = std::min<size_t>(values_.size(), 4);
    return below(3) > 0 ? values_[values_.size() - 1 - below(recent)] : values_[below(values_.size())];
  }

  // A value of `shape`, bounded if its inputs are.
  Value any_node() {
    const Value x = any_value();
    const Value y = any_value();
    switch (below(10)) {
      case 0: return graph::tanh(b_, x);
      case 1: return graph::neg(b_, x);
      case 2: return graph::tanh(b_, graph::add(b_, x, y));
      case 3: return graph::maximum(b_, x, y);
      case 4: return graph::tanh(b_, graph::mul(b_, x, x));
      case 5: return graph::reshape(b_, graph::sin(b_, graph::reshape(b_, x, {24})), shape);
      case 6: return graph::reshape(b_, graph::reshape(b_, x, {2, 12}), shape);
      case 7: return graph::softmax(b_, x);
      case 8: return graph::sub(b_, graph::tanh(b_, y), graph::reduce_max(b_, x, {1}, true));
      default: return normalized(x);
    }
  }

  Value normalized(Value x) {
    const Value ones = graph::full(b_, DType::f64, {6}, 1);
    const Value zeros = graph::full(b_, DType::f64, {6}, 0);
    const auto [y, mean, variance] = graph::batch_norm(b_, x, ones, zeros, 0.1);
    return below(2) > 0 ? y : graph::add(b_, graph::tanh(b_, y), mean);
  }

  RandomStream random_;
  uint64_t drawn_ = 0;
  graph::Builder& b_;
  std::vector<Value> values_;
};

}  // namespace

graph::Graph random_graph(uint64_t seed, int size) {
  graph::Graph graph;
  graph::StateTable states;
  graph::Builder builder(graph, states, true, DType::f64);
  Maker(seed, builder).make(size);
  return graph;
}

}  // namespace dltrain::test
