#include "backends/reference/reference_backend.h"

#include <cstdlib>
#include <cstring>

#include "backends/reference/evaluate.h"
#include "core/checked.h"
#include "core/diagnostic.h"

namespace dltrain::backends {

namespace {

class ReferenceKernel : public Kernel {
 public:
  ReferenceKernel(const graph::Graph& graph, const graph::Node& node) : node_(node) {
    info_.implementation = "reference";
    for (const graph::Value input : node.inputs) {
      input_types_.push_back(graph.type(input));
      info_.bytes += static_cast<double>(input_types_.back().bytes());
    }
    // All inputs are read before anything is written, so that any output may take the place of any input.
    for (size_t o = 0; o < node.outputs.size(); ++o) {
      info_.bytes += static_cast<double>(node.outputs[o].bytes());
      for (size_t i = 0; i < input_types_.size(); ++i) {
        const bool fits = input_types_[i].bytes() == node.outputs[o].bytes();
        if (fits) info_.in_place.emplace_back(static_cast<int>(i), static_cast<int>(o));
      }
    }
  }

  void run(const Arguments& arguments) override {
    std::vector<reference::Tensor> inputs;
    for (size_t i = 0; i < input_types_.size(); ++i) {
      Array array(input_types_[i].dtype, input_types_[i].shape);
      std::memcpy(array.bytes.data(), arguments.inputs[i], array.bytes.size());
      inputs.emplace_back(array);
    }
    std::vector<const reference::Tensor*> pointers;
    for (const reference::Tensor& input : inputs) pointers.push_back(&input);
    const std::vector<reference::Tensor> outputs = reference::evaluate(node_, pointers);
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (arguments.outputs[i] == nullptr) continue;
      const Array array = outputs[i].array();
      std::memcpy(arguments.outputs[i], array.bytes.data(), array.bytes.size());
    }
  }

 private:
  graph::Node node_;
  std::vector<graph::ValueType> input_types_;
};

class ReferenceBackend : public Backend {
 public:
  const DeviceInfo& device() const override { return device_; }

  Support supports(const graph::Graph&, const graph::Node& node) const override {
    if (node.op->expand != nullptr || reference::evaluations().find(node.op->name) != nullptr) return {};
    return {false, "the reference has no loop for " + node.op->name};
  }

  std::unique_ptr<Kernel> compile(const graph::Graph& graph, const graph::Node& node,
                                  const std::vector<bool>&) override {
    return std::make_unique<ReferenceKernel>(graph, node);
  }

  void* allocate(int64_t bytes) override {
    constexpr int64_t alignment = 64;
    void* memory = std::aligned_alloc(alignment, to_size(divide_up(bytes > 0 ? bytes : 1, alignment) * alignment));
    if (memory == nullptr)
      throw UserError(ExitCode::memory, "memory", "", std::to_string(bytes) + " bytes of memory are not to be had");
    return memory;
  }
  void release(void* memory) override { std::free(memory); }
  void to_device(void* device, const void* host, int64_t bytes) override { std::memcpy(device, host, to_size(bytes)); }
  void to_host(void* host, const void* device, int64_t bytes) override { std::memcpy(host, device, to_size(bytes)); }
  void copy(void* to, const void* from, int64_t bytes) override { std::memmove(to, from, to_size(bytes)); }
  void zero(void* device, int64_t bytes) override { std::memset(device, 0, to_size(bytes)); }
  void wait() override {}
  bool shares_host_memory() const override { return true; }

 private:
  DeviceInfo device_{.name = "reference",
                     .description = "plain loops in double precision",
                     .precisions = {{"float32", ""}, {"mixed_bfloat16", ""}, {"mixed_float16", ""}}};
};

}  // namespace

std::unique_ptr<Backend> make_reference_backend() { return std::make_unique<ReferenceBackend>(); }

}  // namespace dltrain::backends
