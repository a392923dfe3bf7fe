#include "backends/cuda/attentions.h"

#include <limits>
#include <vector>

namespace dltrain::backends::cuda {

void Attentions::run(const Attention& attention, const CudnnPlan& plan, std::span<const CudnnSession::Bound> tensors,
                     double scale, void* workspace) const {
  using Ids = AttentionIds;
  const auto factor = static_cast<float>(scale);
  const float one = 1, never = -std::numeric_limits<float>::infinity();
  std::vector<CudnnSession::Bound> all(tensors.begin(), tensors.end());
  all.emplace_back(Ids::scale, &factor);
  if (attention.backward) all.emplace_back(Ids::one, &one);
  if (attention.causal) all.emplace_back(Ids::never, &never);
  session_.run(plan, all, workspace, "to compute attention");
}

}  // namespace dltrain::backends::cuda
