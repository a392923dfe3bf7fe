// Choosing implementations by timing them: each kind of kernel that a plan has, on its shapes, with the backend's threads,
// before the plan runs.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "backends/backend.h"
#include "backends/kernel_choice.h"
#include "backends/plan.h"

namespace dltrain::backends {

struct TuningLimits {
  double seconds = 30;  // for all; what is not reached by then stays as the rules have it
  std::function<bool()> stop = [] { return false; };  // looked at between two runs of a kernel
};

// What timing came to. Seconds in plans are those of all kernels with a choice, in one run of each plan.
struct TuningReport {
  int64_t kinds = 0;  // of kernels that more than one implementation computes
  int64_t known = 0;  // of them, those that were chosen before
  int64_t lost = 0;  // of them, those that were chosen before, and whose implementation is not there
  int64_t skipped = 0;  // of them, those for which there was no time
  int64_t others = 0;  // of them, those that the rules would compute otherwise
  int64_t timed = 0;  // implementations
  double seconds = 0;  // that timing took
};

// Adds a choice for each kind of kernel in the plans (compiled for this backend, without choices) that has none. The
// fastest wins, the rules' own unless another is faster by more than measuring errs. Inputs are random numbers.
TuningReport tune(std::span<const std::unique_ptr<Plan>> plans, Backend& backend, KernelChoices& choices,
                  const TuningLimits& limits = {});

}  // namespace dltrain::backends
