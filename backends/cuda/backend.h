// An NVIDIA GPU as a device: matrix products by cuBLASLt, convolutions by cuDNN, all else by own kernels
// (backends/cuda/device) that this module carries as machine code. float32 (products and convolutions in tensorfloat32 if
// a recipe says so), with the float64, integers and truth values that go with it. Unless a recipe gives that up, every
// sum has one order, so that equal graphs on equal GPUs give equal bits.
#pragma once

#include <memory>
#include <string>

#include "backends/backend.h"
#include "backends/cuda/libraries.h"

namespace dltrain::backends::cuda {

class CudaBackend final : public Backend {
 public:
  CudaBackend(std::unique_ptr<Gpu> gpu, const BackendOptions& options);

  const DeviceInfo& device() const override { return device_; }
  Support supports(const graph::Graph& graph, const graph::Node& node) const override;
  std::unique_ptr<Kernel> compile(const graph::Graph& graph, const graph::Node& node,
                                  const std::vector<bool>& output_used) override;

  graph::Graph fuse(const graph::Graph& graph) const override;

  void* allocate(int64_t bytes) override { return queue_->allocate(bytes); }
  void release(void* memory) override { queue_->release(memory); }
  void to_device(void* device, const void* host, int64_t bytes) override { queue_->to_device(device, host, bytes); }
  void to_host(void* host, const void* device, int64_t bytes) override { queue_->to_host(host, device, bytes); }
  void copy(void* to, const void* from, int64_t bytes) override { queue_->copy(to, from, bytes); }
  void zero(void* device, int64_t bytes) override { queue_->zero(device, bytes); }
  void wait() override { queue_->wait(); }
  bool shares_host_memory() const override { return false; }
  int64_t free_memory() const override { return queue_->free_memory(); }
  std::vector<double> time(size_t count, const std::function<void(size_t)>& launch) override;
  Limits measure_limits() override;
  std::unique_ptr<Recording> record(std::span<const Launch> launches) override;

 private:
  std::unique_ptr<Queue> queue_;  // kernels and recordings keep its address
  std::unique_ptr<Libraries> libraries_;
  DeviceInfo device_;
};

}  // namespace dltrain::backends::cuda
