// Two backends side by side.
#include "backends/check/check.h"

#include <catch2/catch_test_macros.hpp>

#include "backends/factory.h"
#include "backends/reference/reference_backend.h"
#include "graph/op.h"
#include "tests/backends/networks.h"

namespace dltrain::test {

namespace {

using backends::CheckReport;
using backends::Session;

CheckReport check(const Network& network, std::unique_ptr<backends::Backend> tested_backend) {
  Session trusted(backends::make_reference_backend());
  Session tested(std::move(tested_backend));
  return backends::check_backends(network.graph, example_inputs(network.graph), trusted, tested);
}

// The kernel of another backend, with one element of its first result changed.
class WrongKernel : public backends::Kernel {
 public:
  WrongKernel(std::unique_ptr<backends::Kernel> right, float error) : right_(std::move(right)), error_(error) {
    info_ = right_->info();
    info_.in_place.clear();
  }
  void run(const backends::Arguments& arguments) override {
    right_->run(arguments);
    static_cast<float*>(arguments.outputs[0])[3] += error_;
  }

 private:
  std::unique_ptr<backends::Kernel> right_;
  float error_;
};

// The reference with a mistake in one op.
class WrongBackend : public backends::Backend {
 public:
  WrongBackend(std::string op, float error) : op_(std::move(op)), error_(error) {}

  const backends::DeviceInfo& device() const override { return right_->device(); }
  backends::Support supports(const graph::Graph& graph, const graph::Node& node) const override {
    return right_->supports(graph, node);
  }
  std::unique_ptr<backends::Kernel> compile(const graph::Graph& graph, const graph::Node& node,
                                            const std::vector<bool>& output_used) override {
    auto kernel = right_->compile(graph, node, output_used);
    if (node.op->name != op_) return kernel;
    return std::make_unique<WrongKernel>(std::move(kernel), error_);
  }
  void* allocate(int64_t bytes) override { return right_->allocate(bytes); }
  void release(void* memory) override { right_->release(memory); }
  void to_device(void* device, const void* host, int64_t bytes) override { right_->to_device(device, host, bytes); }
  void to_host(void* host, const void* device, int64_t bytes) override { right_->to_host(host, device, bytes); }
  void copy(void* to, const void* from, int64_t bytes) override { right_->copy(to, from, bytes); }
  void zero(void* device, int64_t bytes) override { right_->zero(device, bytes); }
  void wait() override {}
  bool shares_host_memory() const override { return true; }

 private:
  std::unique_ptr<backends::Backend> right_ = backends::make_reference_backend();
  std::string op_;
  float error_;
};

}  // namespace

TEST_CASE("the processor backend agrees with the reference on every node of training steps") {
  for (const Network& network : {dense_network(257), convolution_network(65), residual_network(67)}) {
    for (const int threads : {1, 2}) {
      const CheckReport report = check(network, backends::open_backend("cpu", {threads}));
      INFO(report.text());
      CHECK(report.agrees());
      CHECK(report.values.size() > 30);
    }
  }
}

TEST_CASE("a check names the node that is wrong, and no other") {
  const CheckReport report = check(convolution_network(2), std::make_unique<WrongBackend>("relu", 0.1F));
  size_t failures = 0;
  for (const backends::CheckedValue& value : report.values) {
    if (value.agrees()) continue;
    ++failures;
    CHECK(report.graph.nodes[value.node].op->name == "relu");
  }
  CHECK(failures == 2);
  REQUIRE(report.first_failure() != nullptr);
  CHECK(report.first_failure()->difference.starts_with("element 3 is "));
  CHECK(report.text().find(" = relu float32[2, 10, 10, 8] (reference): element 3 is ") != std::string::npos);
  CHECK(report.text().ends_with("values compared, 2 differ\n"));
}

TEST_CASE("a check allows rounding, and says how far off the worst is") {
  const CheckReport report = check(convolution_network(2), std::make_unique<WrongBackend>("relu", 1e-6F));
  CHECK(report.agrees());
  CHECK(report.text().find("values compared, all agree; the largest difference is ") != std::string::npos);
}

}  // namespace dltrain::test
