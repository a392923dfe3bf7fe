// Which of cuDNN's engines computes a graph of operations, and its plan.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "backends/cuda/cudnn_graph.h"
#include "backends/factory.h"

namespace dltrain::backends::cuda {

struct CudnnPlan {
  std::deque<Descriptor> parts;  // of the plan's description, which may be read as long as the plan lives
  Descriptor plan;
  int64_t workspace = 0;  // bytes
};

class CudnnPlanner {
 public:
  // handle: of the GPU; or null, and `device` describes a GPU that is not here (CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR).
  CudnnPlanner(const Cudnn& cudnn, const Gpu& gpu, const BackendOptions& options, cudnnHandle_t handle,
               const Descriptor* device = nullptr)
      : cudnn_(cudnn), gpu_(gpu), options_(options), handle_(handle), device_(device) {}

  const BackendOptions& options() const { return options_; }
  CudnnGraph graph() const { return {cudnn_, gpu_}; }

  // The first plan that the library's heuristics propose for a graph whose products read `dtype`, that computes as the
  // options have it and takes no more workspace than this, in bytes. Null if there is none; `reason` is why.
  std::unique_ptr<CudnnPlan> plan(CudnnGraph graph, DType dtype, int64_t most_workspace, std::string& reason) const;

 private:
  Descriptor make(cudnnBackendDescriptorType_t type) const { return {cudnn_, gpu_, type}; }
  void check(cudnnStatus_t status) const { cudnn_.check(gpu_, status, "to choose an engine"); }
  std::vector<Descriptor> proposals(const Descriptor& graph, cudnnBackendHeurMode_t mode) const;
  std::string complaint_about(const Descriptor& proposal, DType dtype) const;
  std::unique_ptr<CudnnPlan> build(const Descriptor& proposal, int64_t most_workspace, std::string& refusal) const;

  const Cudnn& cudnn_;
  const Gpu& gpu_;
  BackendOptions options_;
  cudnnHandle_t handle_;
  const Descriptor* device_;
};

}  // namespace dltrain::backends::cuda
