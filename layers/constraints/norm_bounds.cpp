// Constraints on the length of weight vectors. Lengths are taken along `axis`; 1e-7 keeps a zero vector finite, as in
// Keras.
#include "core/text.h"
#include "graph/ops.h"
#include "layers/constraints.h"

namespace dltrain::layers {
namespace {

constexpr double epsilon = 1e-7;

// sqrt of the sum of squares along the axes, which stay with size 1.
Value lengths(Builder& b, Value w, const std::vector<int64_t>& axes) {
  for (const int64_t axis : axes) {
    const size_t rank = b.shape(w).rank();
    if (normalized_axis(axis, rank) >= 0) continue;
    b.fail("weight-shape",
           "a constraint's axis " + std::to_string(axis) + " is not an axis of the weight " + b.shape(w).text(),
           "axes of a weight count from 0");
  }
  return graph::sqrt(b, graph::reduce_sum(b, graph::square(b, w), axes, true));
}

// w scaled from its lengths to others.
Value scaled(Builder& b, Value w, Value from, Value to) {
  return graph::mul(b, w, graph::div(b, to, graph::add(b, from, epsilon)));
}

constexpr auto axis_doc = "axes that a vector runs along: 0 for Dense, [0, 1, 2] for Conv2D";

struct MaxNorm {
  static constexpr auto kind = "MaxNorm";
  double max_value = 2;
  std::vector<int64_t> axis = {0};
  static void describe(auto& d) {
    d.doc("Shortens vectors that are longer than max_value.");
    d.alias("max_norm");
    d.param(&MaxNorm::max_value, "max_value", "greatest length").formerly("m").at_least(0);
    d.param(&MaxNorm::axis, "axis", axis_doc);
  }
  Value constrain(Builder& b, Value w) const {
    const Value length = lengths(b, w, axis);
    return scaled(b, w, length, graph::minimum(b, length, max_value));
  }
};

struct UnitNorm {
  static constexpr auto kind = "UnitNorm";
  std::vector<int64_t> axis = {0};
  static void describe(auto& d) {
    d.doc("Scales vectors to length 1.");
    d.alias("unit_norm");
    d.param(&UnitNorm::axis, "axis", axis_doc);
  }
  Value constrain(Builder& b, Value w) const { return graph::div(b, w, graph::add(b, lengths(b, w, axis), epsilon)); }
};

struct MinMaxNorm {
  static constexpr auto kind = "MinMaxNorm";
  double min_value = 0;
  double max_value = 1;
  double rate = 1;
  std::vector<int64_t> axis = {0};
  static void describe(auto& d) {
    d.doc("Moves the length of vectors towards min_value .. max_value.");
    d.alias("min_max_norm");
    d.param(&MinMaxNorm::min_value, "min_value", "least length").at_least(0);
    d.param(&MinMaxNorm::max_value, "max_value", "greatest length").at_least(0);
    d.param(&MinMaxNorm::rate, "rate", "share of the way that is gone in each update; 1 is all").at_least(0).at_most(1);
    d.param(&MinMaxNorm::axis, "axis", axis_doc);
  }
  void check(FieldReport& report) const {
    if (max_value >= min_value) return;
    report.error(
        "max_value",
        "max_value must be at least min_value (were " + real_text(max_value) + " and " + real_text(min_value) + ")",
        "swap them, or give both");
  }
  Value constrain(Builder& b, Value w) const {
    const Value length = lengths(b, w, axis);
    const Value wanted = graph::mul(b, graph::clip(b, length, min_value, max_value), rate);
    return scaled(b, w, length, graph::add(b, wanted, graph::mul(b, length, 1 - rate)));
  }
};

struct NonNeg {
  static constexpr auto kind = "NonNeg";
  static void describe(auto& d) {
    d.doc("Sets negative weights to zero.");
    d.alias("non_neg");
  }
  Value constrain(Builder& b, Value w) const { return graph::maximum(b, w, 0); }
};

}  // namespace

void register_norm_bounds(ConstraintRegistry& registry) {
  add_constraint<MaxNorm>(registry);
  add_constraint<UnitNorm>(registry);
  add_constraint<MinMaxNorm>(registry);
  add_constraint<NonNeg>(registry);
}

}  // namespace dltrain::layers
