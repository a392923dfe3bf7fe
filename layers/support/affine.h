// The parameters of layers that scale and shift what they have normalized: center, scale, and the weights gamma and
// beta.
#pragma once

#include "core/describe.h"
#include "graph/ops.h"
#include "layers/tensor.h"

namespace dltrain::layers {

struct AffineOptions {
  double epsilon = 1e-3;
  bool center = true;
  bool scale = true;
  Component beta_initializer = named("initializer", "Zeros");
  Component gamma_initializer = named("initializer", "Ones");
  std::optional<Component> beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint;

  static void describe_affine(auto& d) {
    using Self = AffineOptions;
    d.param(&Self::epsilon, "epsilon", "added to the variance, against division by zero").greater_than(0);
    d.param(&Self::center, "center", "add the learned offset beta");
    d.param(&Self::scale, "scale", "multiply with the learned factor gamma");
    d.param(&Self::beta_initializer, "beta_initializer", "first values of beta").formerly("beta_init");
    d.param(&Self::gamma_initializer, "gamma_initializer", "first values of gamma").formerly("gamma_init");
    d.param(&Self::beta_regularizer, "beta_regularizer", "what beta adds to the loss").family("regularizer");
    d.param(&Self::gamma_regularizer, "gamma_regularizer", "what gamma adds to the loss").family("regularizer");
    d.param(&Self::beta_constraint, "beta_constraint", "where beta is moved after each update").family("constraint");
    d.param(&Self::gamma_constraint, "gamma_constraint", "where gamma is moved after each update").family("constraint");
  }

  // The weights "gamma" and "beta", in this order; ones and zeros where there is no such weight.
  Value gamma(Builder& builder, const Shape& shape) const {
    if (!scale) return graph::full(builder, builder.real(), shape, 1);
    return builder.weight("gamma", shape, gamma_initializer, gamma_regularizer, gamma_constraint);
  }
  Value beta(Builder& builder, const Shape& shape) const {
    if (!center) return graph::full(builder, builder.real(), shape, 0);
    return builder.weight("beta", shape, beta_initializer, beta_regularizer, beta_constraint);
  }
};

}  // namespace dltrain::layers
