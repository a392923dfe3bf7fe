// A graph of operations as cuDNN takes it, put together part by part. Tensors that several operations share are
// described once; those between two operations are not in memory.
#pragma once

#include <array>
#include <deque>
#include <string>
#include <vector>

#include "backends/cuda/cudnn.h"
#include "core/dtype.h"

namespace dltrain::backends::cuda {

// Four sizes or strides, in elements.
using Four = std::array<int64_t, 4>;

struct CudnnTensor {
  enum Place {
    memory,
    between,  // two operations
    value  // one number that the caller passes from the host
  };
  int64_t id = 0;
  Four sizes{}, strides{};
  cudnnDataType_t type = CUDNN_DATA_FLOAT;
  Place place = memory;
  int64_t alignment = 16;  // bytes, that the address in memory is a multiple of
};

// float32, bfloat16 or float16.
cudnnDataType_t cudnn_type_of(DType dtype);

class CudnnGraph {
 public:
  CudnnGraph(const Cudnn& cudnn, const Gpu& gpu) : cudnn_(cudnn), gpu_(gpu) {}

  const Descriptor& tensor(const CudnnTensor& tensor);
  // A part that the caller fills and makes final.
  Descriptor& make(cudnnBackendDescriptorType_t type) { return parts_.emplace_back(cudnn_, gpu_, type); }
  // An operation, in the order in which they are computed.
  void add(const Descriptor& operation) { operations_.push_back(operation.get()); }

  // to = mode(x, y) or mode(x, y, chosen), computed in `math`; y and chosen may be null where the mode has none.
  void pointwise(cudnnPointwiseMode_t mode, const Descriptor& to, const Descriptor& x, const Descriptor* y = nullptr,
                 const Descriptor* chosen = nullptr, cudnnDataType_t math = CUDNN_DATA_FLOAT, int64_t axis = -1);

  // The whole. Null if the library takes no such graph; `refusal` is what it says. handle: null without a GPU.
  const Descriptor* finish(cudnnHandle_t handle, std::string& refusal);
  // What a plan of it reads as long as the plan lives.
  std::deque<Descriptor> take_parts() { return std::move(parts_); }

 private:
  const Cudnn& cudnn_;
  const Gpu& gpu_;
  std::deque<Descriptor> parts_;
  std::vector<cudnnBackendDescriptor_t> operations_;
};

}  // namespace dltrain::backends::cuda
