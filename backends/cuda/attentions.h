// Attention and its gradient through cuDNN.
#pragma once

#include <span>

#include "backends/cuda/attention_plan.h"
#include "backends/cuda/cudnn_session.h"

namespace dltrain::backends::cuda {

class Attentions {
 public:
  explicit Attentions(const CudnnSession& session) : session_(session), plans_(session) {}

  // Null if the library has no way to compute it; `reason` is why. The plan lives as long as this.
  const CudnnPlan* choose(const Attention& attention, std::string& reason) { return plans_.choose(attention, reason); }
  // Enqueues the plan of an attention. `tensors` are those that lie on the GPU, by AttentionIds; the numbers are added.
  void run(const Attention& attention, const CudnnPlan& plan, std::span<const CudnnSession::Bound> tensors,
           double scale, void* workspace) const;

 private:
  const CudnnSession& session_;
  CudnnPlans<Attention> plans_;
};

}  // namespace dltrain::backends::cuda
