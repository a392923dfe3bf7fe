// The reference through plans and sessions: every op as it runs in training, and every composite in small ops.
#include "backends/reference/reference_backend.h"

#include <catch2/catch_test_macros.hpp>

#include "graph/op.h"
#include "tests/support/backend_check.h"

namespace dltrain::test {

namespace {

// The reference without its composites: a plan has to expand them, so that values are rounded after every small op.
class SmallOpsOnly : public backends::Backend {
 public:
  const backends::DeviceInfo& device() const override { return all_->device(); }
  backends::Support supports(const graph::Graph& graph, const graph::Node& node) const override {
    if (node.op->expand != nullptr) return {false, "small ops only"};
    return all_->supports(graph, node);
  }
  std::unique_ptr<backends::Kernel> compile(const graph::Graph& graph, const graph::Node& node,
                                            const std::vector<bool>& output_used) override {
    return all_->compile(graph, node, output_used);
  }
  void* allocate(int64_t bytes) override { return all_->allocate(bytes); }
  void release(void* memory) override { all_->release(memory); }
  void to_device(void* device, const void* host, int64_t bytes) override { all_->to_device(device, host, bytes); }
  void to_host(void* host, const void* device, int64_t bytes) override { all_->to_host(host, device, bytes); }
  void copy(void* to, const void* from, int64_t bytes) override { all_->copy(to, from, bytes); }
  void zero(void* device, int64_t bytes) override { all_->zero(device, bytes); }
  void wait() override { all_->wait(); }
  bool shares_host_memory() const override { return all_->shares_host_memory(); }

 private:
  std::unique_ptr<backends::Backend> all_ = backends::make_reference_backend();
};

}  // namespace

TEST_CASE("the reference runs every op in a session") {
  for (const DType real : {DType::f64, DType::f32, DType::f16, DType::bf16}) {
    for (const OpCheck& check : check_backend(backends::make_reference_backend(), real, {})) {
      INFO(check.title);
      CHECK(check.wrong == "");
    }
  }
}

TEST_CASE("plans expand what a backend has no kernel for, within the precision of the dtype") {
  const auto composite = [](const OpCase& op_case) { return graph::op_registry().find(op_case.op)->expand != nullptr; };
  for (const DType real : {DType::f64, DType::f32}) {
    for (const OpCheck& check : check_backend(std::make_unique<SmallOpsOnly>(), real, tolerance_of(real), composite)) {
      INFO(check.title);
      CHECK(check.wrong == "");
    }
  }
}

}  // namespace dltrain::test
