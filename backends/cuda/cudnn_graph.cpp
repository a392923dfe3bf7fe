#include "backends/cuda/cudnn_graph.h"

namespace dltrain::backends::cuda {

cudnnDataType_t cudnn_type_of(DType dtype) {
  switch (dtype) {
    case DType::bf16: return CUDNN_DATA_BFLOAT16;
    case DType::f16: return CUDNN_DATA_HALF;
    default: return CUDNN_DATA_FLOAT;
  }
}

const Descriptor& CudnnGraph::tensor(const CudnnTensor& t) {
  Descriptor& tensor = make(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  tensor.set(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, t.type);
  tensor.set(CUDNN_ATTR_TENSOR_DIMENSIONS, t.sizes);
  tensor.set(CUDNN_ATTR_TENSOR_STRIDES, t.strides);
  tensor.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64, t.id);
  tensor.set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, CUDNN_TYPE_INT64, t.alignment);
  tensor.set(CUDNN_ATTR_TENSOR_IS_VIRTUAL, CUDNN_TYPE_BOOLEAN, t.place == CudnnTensor::between);
  if (t.place == CudnnTensor::value) tensor.set(CUDNN_ATTR_TENSOR_IS_BY_VALUE, CUDNN_TYPE_BOOLEAN, true);
  tensor.finalize();
  return tensor;
}

void CudnnGraph::pointwise(cudnnPointwiseMode_t mode, const Descriptor& to, const Descriptor& x, const Descriptor* y,
                           const Descriptor* chosen, cudnnDataType_t math, int64_t axis) {
  Descriptor& function = make(CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
  function.set(CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, mode);
  function.set(CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_TYPE_DATA_TYPE, math);
  if (mode == CUDNN_POINTWISE_RELU_FWD)
    function.set(CUDNN_ATTR_POINTWISE_NAN_PROPAGATION, CUDNN_TYPE_NAN_PROPOGATION, CUDNN_PROPAGATE_NAN);
  if (mode == CUDNN_POINTWISE_GEN_INDEX) function.set(CUDNN_ATTR_POINTWISE_AXIS, CUDNN_TYPE_INT64, axis);
  function.finalize();
  Descriptor& operation = make(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
  operation.set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, function);
  operation.set(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, x);
  if (y != nullptr) operation.set(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, *y);
  if (chosen != nullptr) operation.set(CUDNN_ATTR_OPERATION_POINTWISE_TDESC, *chosen);
  operation.set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, to);
  operation.finalize();
  add(operation);
}

const Descriptor* CudnnGraph::finish(cudnnHandle_t handle, std::string& refusal) {
  Descriptor& graph = make(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
  if (handle != nullptr) graph.set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, handle);
  graph.set_bytes(CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_TYPE_BACKEND_DESCRIPTOR, operations_.size(), operations_.data());
  refusal = graph.try_to_finalize();
  return refusal.empty() ? &graph : nullptr;
}

}  // namespace dltrain::backends::cuda
