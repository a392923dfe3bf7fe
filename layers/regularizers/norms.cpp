// Regularizers that sum absolute values or squares.
#include "graph/ops.h"
#include "layers/regularizers.h"

namespace dltrain::layers {
namespace {

Value sum_of_absolutes(Builder& b, Value x, double factor) {
  return graph::mul(b, graph::reduce_sum(b, graph::abs(b, x)), factor);
}

Value sum_of_squares(Builder& b, Value x, double factor) {
  return graph::mul(b, graph::reduce_sum(b, graph::square(b, x)), factor);
}

struct L1 {
  static constexpr auto kind = "L1";
  double l1 = 0.01;
  static void describe(auto& d) {
    d.doc("l1 times the sum of the absolute values: drives weights to zero.");
    d.alias("l1");
    d.param(&L1::l1, "l1", "factor").formerly("l").at_least(0);
  }
  Value penalty(Builder& b, Value x) const { return sum_of_absolutes(b, x, l1); }
};

struct L2 {
  static constexpr auto kind = "L2";
  double l2 = 0.01;
  static void describe(auto& d) {
    d.doc("l2 times the sum of the squares: keeps weights small.");
    d.alias("l2");
    d.param(&L2::l2, "l2", "factor").formerly("l").at_least(0);
  }
  Value penalty(Builder& b, Value x) const { return sum_of_squares(b, x, l2); }
  std::optional<double> squares() const { return l2; }
};

struct L1L2 {
  static constexpr auto kind = "L1L2";
  double l1 = 0;
  double l2 = 0;
  static void describe(auto& d) {
    d.doc("l1 times the sum of the absolute values plus l2 times the sum of the squares.");
    d.alias("l1_l2");
    d.alias("l1l2");
    d.param(&L1L2::l1, "l1", "factor of the absolute values").at_least(0);
    d.param(&L1L2::l2, "l2", "factor of the squares").at_least(0);
  }
  Value penalty(Builder& b, Value x) const {
    if (l1 == 0 && l2 == 0) return graph::full(b, b.dtype(x), {}, 0);
    if (l2 == 0) return sum_of_absolutes(b, x, l1);
    if (l1 == 0) return sum_of_squares(b, x, l2);
    return graph::add(b, sum_of_absolutes(b, x, l1), sum_of_squares(b, x, l2));
  }
  std::optional<double> squares() const { return l1 == 0 ? std::optional(l2) : std::nullopt; }
};

}  // namespace

void register_norms(RegularizerRegistry& registry) {
  add_regularizer<L1>(registry);
  add_regularizer<L2>(registry);
  add_regularizer<L1L2>(registry);
}

}  // namespace dltrain::layers
