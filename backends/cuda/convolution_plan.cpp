#include "backends/cuda/convolution_plan.h"

#include "graph/memory_plan.h"

namespace dltrain::backends::cuda {

namespace {

// The most that an engine may ask for; the plan's arena has room for what it then needs.
constexpr int64_t most_workspace = int64_t{256} << 20;

// Results that are not in memory, between two operations of one plan.
constexpr int64_t sum_id = 5, biased_id = 6;

// sizes: batch (or filters), channels, rows, columns, in the library's order; the channels lie last in memory. between:
// it is never in memory, and stays float32 there.
const Descriptor& tensor(CudnnGraph& graph, int64_t id, const Four& sizes, DType dtype, bool between = false) {
  const auto [n, c, h, w] = sizes;
  return graph.tensor({.id = id,
                       .sizes = sizes,
                       .strides = {h * w * c, 1, w * c, c},
                       .type = cudnn_type_of(between ? DType::f32 : dtype),
                       .place = between ? CudnnTensor::between : CudnnTensor::memory,
                       .alignment = graph::alignment});
}

const Descriptor& window(CudnnGraph& graph, const Convolution& c) {
  Descriptor& window = graph.make(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
  window.set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, CUDNN_TYPE_INT64, int64_t{2});
  window.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, CUDNN_DATA_FLOAT);
  window.set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, CUDNN_CROSS_CORRELATION);
  window.set(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, c.padding);
  window.set(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, c.padding);
  window.set(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, c.strides);
  window.set(CUDNN_ATTR_CONVOLUTION_DILATIONS, c.dilation);
  window.finalize();
  return window;
}

// What an operation and its attributes are called.
struct Names {
  cudnnBackendDescriptorType_t type;
  cudnnBackendAttributeName_t window, images, kernel, results, alpha, beta;
};

Names names_of(ConvolutionKind kind) {
  switch (kind) {
    case ConvolutionKind::to_images:
      return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA};
    case ConvolutionKind::to_kernel:
      return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA};
    case ConvolutionKind::forward: break;
  }
  return {CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
          CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
          CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
          CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
          CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
          CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
          CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA};
}

void convolve(CudnnGraph& graph, const Convolution& c, const Descriptor& results) {
  const Names names = names_of(c.kind);
  Descriptor& operation = graph.make(names.type);
  operation.set(names.window, window(graph, c));
  operation.set(names.images, tensor(graph, ConvolutionIds::images, {c.n, c.c, c.h, c.w}, c.dtype));
  operation.set(names.kernel, tensor(graph, ConvolutionIds::kernel, {c.f, c.depth, c.kh, c.kw}, c.dtype));
  operation.set(names.results, results);
  operation.set(names.alpha, CUDNN_TYPE_FLOAT, 1.0F);
  operation.set(names.beta, CUDNN_TYPE_FLOAT, 0.0F);
  operation.finalize();
  graph.add(operation);
}

}  // namespace

std::unique_ptr<CudnnPlan> make_plan(const CudnnPlanner& planner, const Convolution& c, std::string& reason) {
  CudnnGraph graph = planner.graph();
  const Four sizes = {c.n, c.f, c.oh, c.ow};
  const bool more = c.bias || c.relu;
  const Descriptor* last = &tensor(graph, more ? sum_id : ConvolutionIds::results, sizes, c.dtype, more);
  convolve(graph, c, *last);
  if (c.bias) {
    const Descriptor& biased = tensor(graph, c.relu ? biased_id : ConvolutionIds::results, sizes, c.dtype, c.relu);
    const Four vector = {1, c.f, 1, 1};
    const Descriptor& bias = tensor(graph, ConvolutionIds::bias, vector, c.dtype);
    graph.pointwise(CUDNN_POINTWISE_ADD, biased, *last, &bias);
    last = &biased;
  }
  if (c.relu) graph.pointwise(CUDNN_POINTWISE_RELU_FWD, tensor(graph, ConvolutionIds::results, sizes, c.dtype), *last);
  return planner.plan(std::move(graph), c.dtype, most_workspace, reason);
}

}  // namespace dltrain::backends::cuda
