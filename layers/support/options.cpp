#include "layers/support/options.h"

#include "graph/ops.h"
#include "layers/activations.h"
#include "layers/regularizers.h"

namespace dltrain::layers {

Value OutputOptions::bias(Builder& builder, int64_t channels) const {
  if (!use_bias) return {};
  return builder.weight("bias", {channels}, bias_initializer, bias_regularizer, bias_constraint);
}

Value OutputOptions::add_bias(Builder& builder, Value x, Value bias) const {
  return bias.valid() ? graph::add(builder, x, bias) : x;
}

Value OutputOptions::finish(Builder& builder, Value x) const {
  const Value y = activate(builder, activation, x);
  regularize_activity(builder, activity_regularizer, y);
  return y;
}

void regularize_activity(Builder& builder, const std::optional<Component>& regularizer, Value output) {
  if (regularizer) builder.add_loss(penalty(builder, *regularizer, output));
}

}  // namespace dltrain::layers
