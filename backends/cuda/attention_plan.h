// How cuDNN describes attention, softmax(scale q k^T + bias) v for each head, and its gradient: a graph of products,
// pointwise operations and reductions that the library knows as a whole (what it calls SDPA), which is never in memory
// but for its ends. Numbers of 16 bits, sums in float32.
#pragma once

#include <compare>
#include <memory>
#include <string>

#include "backends/cuda/cudnn_plan.h"

namespace dltrain::backends::cuda {

// Heads lie between steps and features, [samples, steps, heads, features]; side_by_side: query, key and value (or their
// gradients) are one tensor [samples, steps, 3, heads, features].
struct Attention {
  bool backward = false;
  DType dtype = DType::bf16;
  int64_t samples = 0, heads = 0, queries = 0, keys = 0;
  int64_t features = 0, values = 0;  // of a head of query and key, and of one of value
  bool causal = false;
  bool side_by_side = false;
  bool query_apart = false;  // the query itself is not: [samples, queries, heads, features]
  int64_t bias_samples = 0;  // a bias [this or 1, 1, queries, keys] is added to what is scaled; 0: none
  bool in_order = true;  // the gradient's sums have one order

  auto operator<=>(const Attention&) const = default;
};

// Numbers by which a plan knows what it runs on. scale, one and never are passed by value, as float32.
struct AttentionIds {
  static constexpr int64_t query = 1, key = 2, value = 3, result = 4, bias = 5, scale = 6, never = 7;
  // log(sum(exp(scores))) of each row, [samples, heads, queries], float32: written forward, read backward.
  static constexpr int64_t statistics = 8;
  // Backward: gradients, sum(result flow) of each row as statistics lie, and where sums have any order the gradient of
  // the query in float32, [samples, heads, queries, features].
  static constexpr int64_t flow = 9, query_gradient = 10, key_gradient = 11, value_gradient = 12, row_sums = 13,
                           one = 14, query_sums = 15;
};

// Null if the library has no way to compute it; `reason` is why.
std::unique_ptr<CudnnPlan> make_plan(const CudnnPlanner& planner, const Attention& attention, std::string& reason);

}  // namespace dltrain::backends::cuda
