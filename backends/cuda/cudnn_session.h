// cuDNN as one session uses it: the library with a handle of its own on the session's stream, and the plans that it has
// made. What the library proposes for a computation is asked for once, so that equal ones on equal GPUs run alike.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "backends/cuda/cudnn_plan.h"
#include "backends/cuda/queue.h"

namespace dltrain::backends::cuda {

class CudnnSession {
 public:
  // A tensor of a plan by its id, and where it lies: on the GPU, or on the host where it is passed by value.
  using Bound = std::pair<int64_t, const void*>;

  // Throws UserError (device) if the library cannot be used.
  CudnnSession(Queue& queue, const BackendOptions& options);
  ~CudnnSession();
  CudnnSession(const CudnnSession&) = delete;
  CudnnSession& operator=(const CudnnSession&) = delete;

  const Queue& queue() const { return queue_; }
  CudnnPlanner planner() const { return {*cudnn_, queue_.gpu(), options_, handle_}; }
  // Enqueues it. `doing` says in messages what failed: "to convolve".
  void run(const CudnnPlan& plan, std::span<const Bound> tensors, void* workspace, const char* doing) const;

 private:
  Queue& queue_;
  BackendOptions options_;
  std::unique_ptr<Cudnn> cudnn_;
  cudnnHandle_t handle_ = nullptr;
};

// Plans by what they compute; Work has an order and make_plan(planner, work, reason).
template <class Work> class CudnnPlans {
 public:
  explicit CudnnPlans(const CudnnSession& session) : session_(session) {}
  ~CudnnPlans() { session_.queue().gpu().use_anyway(); }
  CudnnPlans(const CudnnPlans&) = delete;
  CudnnPlans& operator=(const CudnnPlans&) = delete;

  // Null if the library has no way to compute it; `reason` is why. The plan lives as long as this.
  const CudnnPlan* choose(const Work& work, std::string& reason) {
    auto known = known_.find(work);
    if (known == known_.end()) {
      session_.queue().gpu().use();
      Known fresh;
      fresh.plan = make_plan(session_.planner(), work, fresh.reason);
      known = known_.emplace(work, std::move(fresh)).first;
    }
    reason = known->second.reason;
    return known->second.plan.get();
  }

 private:
  struct Known {
    std::unique_ptr<CudnnPlan> plan;
    std::string reason;
  };

  const CudnnSession& session_;
  std::map<Work, Known> known_;
};

}  // namespace dltrain::backends::cuda
