#include "backends/cuda/ranges.h"

#include <nvtx3/nvToolsExt.h>

#include <cstdlib>
#include <utility>

namespace dltrain::backends::cuda {

namespace {

class RangedKernel final : public Kernel {
 public:
  RangedKernel(std::string name, std::unique_ptr<Kernel> kernel) : name_(std::move(name)), kernel_(std::move(kernel)) {
    info_ = kernel_->info();
  }
  void pack(const Arguments& arguments) override { kernel_->pack(arguments); }
  void run(const Arguments& arguments) override {
    const Range range(name_.c_str());
    kernel_->run(arguments);
  }

 private:
  // A run that throws ends its range as well.
  struct Range {
    explicit Range(const char* name) { nvtxRangePushA(name); }
    ~Range() { nvtxRangePop(); }
    Range(const Range&) = delete;
    Range& operator=(const Range&) = delete;
  };

  std::string name_;
  std::unique_ptr<Kernel> kernel_;
};

}  // namespace

bool wants_ranges() {
  const char* const injection = std::getenv("NVTX_INJECTION64_PATH");
  return injection != nullptr && *injection != '\0';
}

std::unique_ptr<Kernel> in_range(std::string name, std::unique_ptr<Kernel> kernel) {
  return std::make_unique<RangedKernel>(std::move(name), std::move(kernel));
}

}  // namespace dltrain::backends::cuda
