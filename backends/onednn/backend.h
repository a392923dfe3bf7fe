// The processor as a device: oneDNN for matrix products and convolutions, own vector loops for everything else.
// float32, with the integers and truth values that go with it. Equal graphs, threads and machines give equal bits.
#pragma once

#include <memory>

#include "backends/backend.h"
#include "backends/onednn/machine.h"

namespace dltrain::backends::onednn {

class OnednnBackend final : public Backend {
 public:
  // threads: 0 for what the process may use.
  explicit OnednnBackend(int threads);

  const DeviceInfo& device() const override { return device_; }
  Support supports(const graph::Graph& graph, const graph::Node& node) const override;
  std::unique_ptr<Kernel> compile(const graph::Graph& graph, const graph::Node& node,
                                  const std::vector<bool>& output_used) override;
  std::vector<std::string> implementations(const graph::Graph& graph, const graph::Node& node,
                                           const std::vector<bool>& output_used) const override;
  std::unique_ptr<Kernel> compile_as(const graph::Graph& graph, const graph::Node& node,
                                     const std::vector<bool>& output_used, const std::string& implementation) override;
  graph::Graph fuse(const graph::Graph& graph) const override;

  void* allocate(int64_t bytes) override;
  void release(void* memory) override;
  void to_device(void* device, const void* host, int64_t bytes) override;
  void to_host(void* host, const void* device, int64_t bytes) override;
  void copy(void* to, const void* from, int64_t bytes) override;
  void zero(void* device, int64_t bytes) override;
  void wait() override {}
  bool shares_host_memory() const override { return true; }
  Limits measure_limits() override;

 private:
  Machine machine_;
  DeviceInfo device_;
};

}  // namespace dltrain::backends::onednn
