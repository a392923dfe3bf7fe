// Activation functions and their gradients in float32. Names: FUNCTION, FUNCTION_grad.
#include "backends/cuda/device/elementwise.h"

using namespace dltrain::backends::cuda::device;

#define DLTRAIN_ACTIVATION(name, F) \
  DLTRAIN_KERNEL(name, Unary<F, float, float>) DLTRAIN_KERNEL(name##_grad, Binary<SlopeTimes<F>, float, float>)

DLTRAIN_ACTIVATION(relu, Relu)
DLTRAIN_ACTIVATION(elu, Elu)
DLTRAIN_ACTIVATION(selu, Selu)
DLTRAIN_ACTIVATION(gelu, Gelu)
DLTRAIN_ACTIVATION(silu, Silu)
DLTRAIN_ACTIVATION(sigmoid, Sigmoid)
DLTRAIN_ACTIVATION(hard_sigmoid, HardSigmoid)
DLTRAIN_ACTIVATION(softplus, Softplus)
DLTRAIN_ACTIVATION(softsign, Softsign)
