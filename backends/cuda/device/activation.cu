// Activation functions and their gradients. Names: FUNCTION_DTYPE, FUNCTION_grad_DTYPE.
#include "backends/cuda/device/elementwise.h"

using namespace dltrain::backends::cuda::device;

#define DLTRAIN_ACTIVATION_IN(name, F, dtype, T) \
  DLTRAIN_KERNEL(name##_##dtype, Unary<F, T, T>) \
  DLTRAIN_KERNEL(name##_grad_##dtype, Binary<SlopeTimes<F>, T, T>)
#define DLTRAIN_ACTIVATION(name, F) \
  DLTRAIN_ACTIVATION_IN(name, F, float32, float) \
  DLTRAIN_ACTIVATION_IN(name, F, bfloat16, Bfloat16) \
  DLTRAIN_ACTIVATION_IN(name, F, float16, Float16)

DLTRAIN_ACTIVATION(relu, Relu)
DLTRAIN_ACTIVATION(elu, Elu)
DLTRAIN_ACTIVATION(selu, Selu)
DLTRAIN_ACTIVATION(gelu, Gelu)
DLTRAIN_ACTIVATION(silu, Silu)
DLTRAIN_ACTIVATION(sigmoid, Sigmoid)
DLTRAIN_ACTIVATION(hard_sigmoid, HardSigmoid)
DLTRAIN_ACTIVATION(softplus, Softplus)
DLTRAIN_ACTIVATION(softsign, Softsign)
