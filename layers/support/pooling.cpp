#include "layers/support/pooling.h"

namespace dltrain::layers {

Value pool_images(Builder& builder, Value x, const PoolingWindow<2>& window, PoolOp op) {
  expect_rank(builder, x, 4, images_text);
  expect_fit(builder, x, window.padding, window.windows(), "pool_size", image_axes);
  return op(builder, x, pool2d(window.padding, window.windows(), builder.shape(x)));
}

Value pool_sequences(Builder& builder, Value x, const PoolingWindow<1>& window, PoolOp op) {
  expect_rank(builder, x, 3, steps_text);
  const Value images = as_images(builder, x);
  expect_fit(builder, images, window.padding, window.windows(), "pool_size", step_axes);
  return as_sequences(builder, op(builder, images, pool2d(window.padding, window.windows(), builder.shape(images))));
}

}  // namespace dltrain::layers
