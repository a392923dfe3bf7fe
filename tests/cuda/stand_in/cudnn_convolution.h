// Graphs of operations that are one convolution with what is added to it.
#pragma once

#include "tests/cuda/stand_in/convolve.h"
#include "tests/cuda/stand_in/cudnn_nodes.h"

namespace dltrain::stand_in {

// The operation begins such a graph.
bool is_convolution(const Node& operation);
bool is_backward_convolution(const Node& operation);

// A graph read as a convolution.
struct ConvolutionRead {
  Convolve convolve;
  int64_t ids[4] = {0, 0, 0, 0};  // images, kernel, results, bias (0: none)
  bool fits = false;  // sizes, types and tensors go together
  bool even = false;  // padding is the same on both sides
};

ConvolutionRead read_convolution(const Node& graph);

}  // namespace dltrain::stand_in
