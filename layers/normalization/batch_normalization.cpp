// BatchNormalization: channels with mean 0 and variance 1 over the batch (Ioffe and Szegedy 2015).
#include "graph/ops.h"
#include "layers/layer.h"
#include "layers/support/affine.h"
#include "layers/support/axes.h"

namespace dltrain::layers {
namespace {

struct BatchNormalization : AffineOptions {
  static constexpr auto kind = "BatchNormalization";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::pass};
  int64_t axis = -1;
  double momentum = 0.99;
  Component moving_mean_initializer = named("initializer", "Zeros");
  Component moving_variance_initializer = named("initializer", "Ones");

  static void describe(auto& d) {
    using Self = BatchNormalization;
    d.doc(
        "gamma (x - mean) / sqrt(variance + epsilon) + beta for each channel. In training with mean and variance of "
        "the "
        "batch, which also go into moving averages; in inference, and with trainable = false, with these averages.");
    d.param(&Self::axis, "axis", "the axis of the channels");
    d.param(&Self::momentum, "momentum", "share that a moving average keeps of itself in each step")
        .at_least(0)
        .at_most(1);
    describe_affine(d);
    d.param(&Self::moving_mean_initializer, "moving_mean_initializer", "first values of the moving mean");
    d.param(&Self::moving_variance_initializer, "moving_variance_initializer", "first values of the moving variance");
  }

  Value build(Builder& b, const Tensor& x) const {
    const int64_t channel_axis = axis_of(b, x.value, axis, "axis");
    const Shape channels = {b.shape(x.value)[static_cast<size_t>(channel_axis)]};
    const Weights weights = {gamma(b, channels), beta(b, channels),
                             b.buffer("moving_mean", channels, moving_mean_initializer),
                             b.buffer("moving_variance", channels, moving_variance_initializer)};
    if (b.training() && b.trainable() && x.mask) return masked(b, x, channel_axis, weights);
    return on_last_axis(b, x.value, {channel_axis}, "axis", [&](Value last) {
      if (!b.training() || !b.trainable()) {
        return graph::batch_norm_inference(b, last, weights.gamma, weights.beta, weights.mean, weights.variance,
                                           epsilon);
      }
      const graph::BatchNormResult result = graph::batch_norm(b, last, weights.gamma, weights.beta, epsilon);
      update(b, weights, result.mean, result.variance);
      return result.y;
    });
  }

 private:
  struct Weights {
    Value gamma, beta;
    Value mean, variance;  // moving averages
  };

  Value moved(Builder& b, Value average, Value current) const {
    return graph::add(b, graph::mul(b, average, momentum), graph::mul(b, current, 1 - momentum));
  }

  void update(Builder& b, const Weights& weights, Value mean, Value variance) const {
    b.update_buffer("moving_mean", moved(b, weights.mean, mean));
    b.update_buffer("moving_variance", moved(b, weights.variance, variance));
  }

  // Mean and variance of the steps that the mask leaves, as Keras: sums divided by (count + 1e-7).
  Value masked(Builder& b, const Tensor& x, int64_t channel_axis, const Weights& weights) const {
    const Shape shape = b.shape(x.value);
    const Shape mask_shape = b.shape(*x.mask);
    if (mask_shape.rank() + 1 != shape.rank()) {
      b.fail("mask", "its mask " + sample_text(mask_shape) + " does not fit the input (" + sample_text(shape) + ")",
             "a mask has one axis less than the input");
    }
    const DType dtype = b.dtype(x.value);
    const Value kept = graph::broadcast_to(b, graph::reshape(b, *x.mask, mask_shape.concat({1})), shape);
    const Value zero = graph::full(b, dtype, {}, 0);
    const std::vector<int64_t> axes = other_axes(shape.rank(), {channel_axis});
    const Value count = graph::add(b, graph::reduce_sum(b, graph::cast(b, kept, dtype), axes, true), 1e-7);
    const Value sum = graph::reduce_sum(b, graph::select(b, kept, x.value, zero), axes, true);
    const Value mean = graph::div(b, sum, count);
    const Value centered = graph::sub(b, x.value, mean);
    const Value squares = graph::square(b, graph::select(b, kept, centered, zero));
    const Value variance = graph::div(b, graph::reduce_sum(b, squares, axes, true), count);
    const Shape channels = b.shape(weights.gamma);
    update(b, weights, graph::reshape(b, mean, channels), graph::reshape(b, variance, channels));
    const Shape spread = b.shape(mean);
    const Value normal = graph::mul(b, centered, graph::rsqrt(b, graph::add(b, variance, epsilon)));
    return graph::add(b, graph::mul(b, normal, graph::reshape(b, weights.gamma, spread)),
                      graph::reshape(b, weights.beta, spread));
  }
};

}  // namespace

void register_batch_normalization(LayerRegistry& registry) { add_layer<BatchNormalization>(registry); }

}  // namespace dltrain::layers
