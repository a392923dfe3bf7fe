#include "models/loss_scale.h"

#include "graph/ops.h"

namespace dltrain::models {

using graph::Builder;
using graph::Value;

namespace {

Value scale_state(Builder& b) { return b.state({state_name::loss_scale, {b.real(), {}}, graph::StateRole::counter}); }
Value count_state(Builder& b, const char* name) { return b.state({name, {DType::i64, {}}, graph::StateRole::counter}); }

}  // namespace

Value loss_scale(Builder& b, const LossScaling& scaling) {
  const Value known = scale_state(b);
  const Value none = graph::full(b, b.real(), {}, 0);
  return graph::select(b, graph::equal(b, known, none), graph::full(b, b.real(), {}, scaling.initial), known);
}

Value may_skip(Builder& b, const LossScaling& scaling) {
  return graph::logical_not(b, graph::less_equal(b, loss_scale(b, scaling), graph::full(b, b.real(), {}, 1)));
}

void update_loss_scale(Builder& b, const LossScaling& scaling, Value finite, Value counts) {
  const std::vector<Value> next = b.emit_all("loss_scale_step",
                                             {loss_scale(b, scaling), count_state(b, state_name::scale_age),
                                              count_state(b, state_name::skipped_steps), finite, counts},
                                             {{"growth_steps", scaling.growth_steps}});
  b.set_state(state_name::loss_scale, next[0]);
  b.set_state(state_name::scale_age, next[1]);
  b.set_state(state_name::skipped_steps, next[2]);
}

bool is_of_loss_scale(const std::string& state) {
  return state == state_name::loss_scale || state == state_name::scale_age || state == state_name::skipped_steps;
}

}  // namespace dltrain::models
