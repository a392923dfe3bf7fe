// Masks of attention as cuDNN reads them: a bias that is added to scores. A query that may look nowhere looks everywhere
// alike, and its scores have no gradient: its row of the query is zero then, before and behind. Names: look_bias_DTYPE,
// kept_rows_BYTES, cleared_rows_BYTES.
#include "backends/cuda/device/attention_parameters.h"
#include "backends/cuda/device/block.h"
#include "backends/cuda/device/narrow.h"

using namespace dltrain::backends::cuda::device;

namespace {

// Far below every score, and finite: the lowest numbers of float16 are not far from those of scores in float32.
template <class T> DLTRAIN_GPU float never() { return std::is_same_v<T, Float16> ? -65504.0F : -2.4e38F; }

// A block for each query.
template <class T> struct LookBias {
  using Parameters = LookBiasParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    DLTRAIN_SHARED uint32_t counts[most_warps];
    for (uint32_t row = Thread::block(); row < p.samples * p.queries; row += Thread::blocks()) {
      const uint32_t query = row % p.queries;
      const uint8_t* mask = p.mask + row / p.queries * p.sample_stride + query * p.query_stride;
      const auto may_look = [&](uint32_t key) {
        return mask[key * p.key_stride] != 0 && (p.causal == 0 || key <= query);
      };
      uint32_t count = 0;
      for (uint32_t key = Thread::index(); key < p.keys; key += Thread::count()) count += may_look(key) ? 1 : 0;
      const bool looks = sum_over_block<uint32_t>(count, counts) > 0;
      T* bias = static_cast<T*>(p.bias) + row * p.keys;
      for (uint32_t key = Thread::index(); key < p.keys; key += Thread::count())
        bias[key] = stored<T>(looks && !may_look(key) ? never<T>() : 0.0F);
      if (Thread::index() == 0) p.looks[row] = looks ? 1 : 0;
    }
  }
};

// Copies rows that look, and makes the others zero.
template <class T> struct KeptRows {
  using Parameters = LookRowsParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    for (uint32_t i = first_element(); i < p.rows * p.width; i += element_step()) {
      const uint32_t row = i / p.width, column = i % p.width;
      static_cast<T*>(p.to)[row * p.to_step + column] =
          p.looks[row % p.looks_count] != 0 ? static_cast<const T*>(p.from)[row * p.from_step + column] : T(0);
    }
  }
};

// Makes rows zero that do not look.
template <class T> struct ClearedRows {
  using Parameters = LookRowsParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    for (uint32_t i = first_element(); i < p.rows * p.width; i += element_step()) {
      const uint32_t row = i / p.width;
      if (p.looks[row % p.looks_count] == 0) static_cast<T*>(p.to)[row * p.to_step + i % p.width] = T(0);
    }
  }
};

}  // namespace

DLTRAIN_KERNEL(look_bias_bfloat16, LookBias<Bfloat16>)
DLTRAIN_KERNEL(look_bias_float16, LookBias<Float16>)
DLTRAIN_KERNEL(kept_rows_2, KeptRows<uint16_t>)
DLTRAIN_KERNEL(cleared_rows_2, ClearedRows<uint16_t>)
