// The parameters that many layers share, with what they do: a kernel, and what follows the product with it.
#pragma once

#include "core/describe.h"
#include "layers/tensor.h"

namespace dltrain::layers {

// The parameters kernel_initializer, kernel_regularizer, kernel_constraint.
struct KernelOptions {
  Component kernel_initializer = named("initializer", "GlorotUniform");
  std::optional<Component> kernel_regularizer;
  std::optional<Component> kernel_constraint;

  static void describe_kernel(auto& d) {
    d.param(&KernelOptions::kernel_initializer, "kernel_initializer", "first values of the kernel").formerly("init");
    d.param(&KernelOptions::kernel_regularizer, "kernel_regularizer", "what the kernel adds to the loss")
        .formerly("W_regularizer")
        .family("regularizer");
    d.param(&KernelOptions::kernel_constraint, "kernel_constraint", "where the kernel is moved after each update")
        .formerly("W_constraint")
        .family("constraint");
  }

  // The weight "kernel".
  Value kernel(Builder& builder, Shape shape) const {
    return builder.weight("kernel", std::move(shape), kernel_initializer, kernel_regularizer, kernel_constraint);
  }
};

// What a layer does with its product: bias, activation, activity_regularizer.
struct OutputOptions {
  Component activation = named("activation", "linear");
  bool use_bias = true;
  Component bias_initializer = named("initializer", "Zeros");
  std::optional<Component> bias_regularizer;
  std::optional<Component> bias_constraint;
  std::optional<Component> activity_regularizer;

  static void describe_activation(auto& d) {
    d.param(&OutputOptions::activation, "activation", "applied to the result");
    d.param(&OutputOptions::use_bias, "use_bias", "add a learned offset for each channel").formerly("bias");
  }
  static void describe_output(auto& d) {
    d.param(&OutputOptions::bias_initializer, "bias_initializer", "first values of the bias");
    d.param(&OutputOptions::bias_regularizer, "bias_regularizer", "what the bias adds to the loss")
        .formerly("b_regularizer")
        .family("regularizer");
    d.param(&OutputOptions::bias_constraint, "bias_constraint", "where the bias is moved after each update")
        .formerly("b_constraint")
        .family("constraint");
    d.param(&OutputOptions::activity_regularizer, "activity_regularizer",
            "what the output adds to the loss, per sample")
        .family("regularizer");
  }

  // The weight "bias" [channels]; call it right after the kernel's, so that the order is Keras'. Not valid without
  // use_bias.
  Value bias(Builder& builder, int64_t channels) const;
  // x + bias, where x is [..., channels]; x itself without use_bias.
  Value add_bias(Builder& builder, Value x, Value bias) const;
  // activation(x), and the activity's part of the loss. x has the shape that the layer gives.
  Value finish(Builder& builder, Value x) const;
};

// Adds the penalty of a layer's output to the loss: summed over the samples of the batch, as Builder::add_loss wants
// it. Whoever assembles the model divides by the number of samples, so that the loss gets Keras' mean over the batch.
void regularize_activity(Builder& builder, const std::optional<Component>& regularizer, Value output);

}  // namespace dltrain::layers
