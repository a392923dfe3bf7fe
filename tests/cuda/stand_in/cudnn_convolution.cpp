#include "tests/cuda/stand_in/cudnn_convolution.h"

#include <algorithm>

namespace dltrain::stand_in {

bool is_backward_convolution(const Node& operation) {
  return operation.type == CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR ||
         operation.type == CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR;
}

bool is_convolution(const Node& operation) {
  return operation.type == CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR || is_backward_convolution(operation);
}

namespace {

Tensor tensor_of(const Node& node) {
  Tensor tensor;
  const std::vector<int64_t> sizes = node.integers(CUDNN_ATTR_TENSOR_DIMENSIONS);
  const std::vector<int64_t> strides = node.integers(CUDNN_ATTR_TENSOR_STRIDES);
  if (sizes.size() != 4 || strides.size() != 4) return tensor;
  std::copy(sizes.begin(), sizes.end(), tensor.sizes);
  std::copy(strides.begin(), strides.end(), tensor.strides);
  return tensor;
}
// Images, kernel and results of a convolution's node.
struct Sides {
  NodePointer images, kernel, results, window;
  float alpha, beta;
};
Sides sides_of(const Node& o) {
  if (o.type == CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR) {
    return {o.node(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX),
            o.node(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W),
            o.node(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY),
            o.node(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC),
            o.get<float>(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA),
            o.get<float>(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA)};
  }
  if (o.type == CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR) {
    return {o.node(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X),
            o.node(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW),
            o.node(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY),
            o.node(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC),
            o.get<float>(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA),
            o.get<float>(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA)};
  }
  return {o.node(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X),
          o.node(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W),
          o.node(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y),
          o.node(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC),
          o.get<float>(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA),
          o.get<float>(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA)};
}

// Follows the additions and rectifiers behind a convolution up to the tensor that is in memory.
bool read_rest(const std::vector<NodePointer>& operations, NodePointer last, ConvolutionRead& read) {
  for (size_t i = 1; i < operations.size(); ++i) {
    const Node& o = *operations[i];
    if (o.type != CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR || !is_virtual(*last) ||
        id_of(*o.node(CUDNN_ATTR_OPERATION_POINTWISE_XDESC)) != id_of(*last))
      return false;
    const auto mode =
        o.node(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR)->get<cudnnPointwiseMode_t>(CUDNN_ATTR_POINTWISE_MODE);
    if (mode == CUDNN_POINTWISE_ADD && !read.convolve.relu) {
      const Node& bias = *o.node(CUDNN_ATTR_OPERATION_POINTWISE_BDESC);
      const Tensor tensor = tensor_of(bias);
      if (tensor.sizes[0] != 1 || tensor.sizes[1] != read.convolve.results.sizes[1] || tensor.sizes[2] != 1 ||
          tensor.sizes[3] != 1 || tensor.strides[1] != 1)
        return false;
      read.convolve.bias = true;
      read.ids[3] = id_of(bias);
    } else if (mode == CUDNN_POINTWISE_RELU_FWD) {
      read.convolve.relu = true;
    } else {
      return false;
    }
    last = o.node(CUDNN_ATTR_OPERATION_POINTWISE_YDESC);
  }
  read.ids[2] = id_of(*last);
  return !is_virtual(*last);
}

// All tensors in memory come in one type, as the library has engines for; those that are not are float32.
bool read_type(const std::vector<NodePointer>& operations, const Sides& sides, Convolve& c) {
  const cudnnDataType_t type = type_of(c.kind == Convolve::to_images ? *sides.results : *sides.images);
  if (type != CUDNN_DATA_FLOAT && type != CUDNN_DATA_BFLOAT16 && type != CUDNN_DATA_HALF) return false;
  c.storage = type == CUDNN_DATA_FLOAT  ? Storage::float32
              : type == CUDNN_DATA_HALF ? Storage::float16
                                        : Storage::bfloat16;
  std::vector<NodePointer> tensors = {sides.images, sides.kernel, sides.results};
  for (size_t i = 1; i < operations.size(); ++i) {
    const Node& o = *operations[i];
    if (o.find(CUDNN_ATTR_OPERATION_POINTWISE_BDESC) != nullptr)
      tensors.push_back(o.node(CUDNN_ATTR_OPERATION_POINTWISE_BDESC));
    tensors.push_back(o.node(CUDNN_ATTR_OPERATION_POINTWISE_YDESC));
  }
  return std::all_of(tensors.begin(), tensors.end(), [&](const NodePointer& tensor) {
    return type_of(*tensor) == (is_virtual(*tensor) ? CUDNN_DATA_FLOAT : type);
  });
}

}  // namespace

ConvolutionRead read_convolution(const Node& graph) {
  ConvolutionRead read;
  const std::vector<NodePointer>& operations = graph.values.at(CUDNN_ATTR_OPERATIONGRAPH_OPS).nodes;
  const Node& first = *operations.at(0);
  const bool forward = first.type == CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR;
  if (!is_convolution(first)) return read;
  const Sides sides = sides_of(first);
  Convolve& c = read.convolve;
  c.kind = forward                                                                      ? Convolve::forward
           : first.type == CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR ? Convolve::to_images
                                                                                        : Convolve::to_kernel;
  c.images = tensor_of(*sides.images);
  c.kernel = tensor_of(*sides.kernel);
  c.results = tensor_of(*sides.results);
  if (!read_type(operations, sides, c)) return read;
  const Node& window = *sides.window;
  const auto pair = [&](cudnnBackendAttributeName_t name, int64_t* to) {
    const std::vector<int64_t> values = window.integers(name);
    if (values.size() == 2) std::copy(values.begin(), values.end(), to);
    return values.size() == 2;
  };
  int64_t after[2] = {-1, -1};
  const bool whole =
      pair(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, c.padding) && pair(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, after) &&
      pair(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, c.strides) && pair(CUDNN_ATTR_CONVOLUTION_DILATIONS, c.dilation);
  read.even = after[0] == c.padding[0] && after[1] == c.padding[1];
  read.ids[0] = id_of(*sides.images);
  read.ids[1] = id_of(*sides.kernel);
  read.fits = whole && window.get<int64_t>(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS) == 2 &&
              window.get<cudnnDataType_t>(CUDNN_ATTR_CONVOLUTION_COMP_TYPE) == CUDNN_DATA_FLOAT &&
              window.get<cudnnConvolutionMode_t>(CUDNN_ATTR_CONVOLUTION_CONV_MODE) == CUDNN_CROSS_CORRELATION &&
              sides.alpha == 1 && sides.beta == 0 && fits(c, after) && read_rest(operations, sides.results, read) &&
              (forward || operations.size() == 1);
  return read;
}

}  // namespace dltrain::stand_in
