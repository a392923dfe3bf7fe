// Rows by index. Names: gather_BYTES_INDEX, gather_DTYPE_DTYPE_INDEX where rows are rounded as they are read,
// scatter_add_DTYPE_INDEX.
#include "backends/cuda/device/block.h"
#include "backends/cuda/device/gather_parameters.h"
#include "backends/cuda/device/narrow.h"

using namespace dltrain::backends::cuda::device;

namespace {

// An index outside reads zeros.
template <class T, class R, class Index> struct Gather {
  using Parameters = GatherParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    for (uint32_t i = first_element(); i < p.count * p.width; i += element_step()) {
      const auto row = static_cast<int64_t>(static_cast<const Index*>(p.indices)[i / p.width]);
      const bool inside = row >= 0 && row < static_cast<int64_t>(p.rows);
      const T value = inside ? static_cast<const T*>(p.table)[static_cast<uint32_t>(row) * p.width + i % p.width] : T(0);
      if constexpr (std::is_same_v<T, R>) static_cast<R*>(p.out)[i] = value;
      else static_cast<R*>(p.out)[i] = stored<R>(value);
    }
  }
};

// A block looks for the updates of one row among all indices, as many at a time as it has threads, and adds them in
// their order: equal bits on every run. Most looks find none and cost one sum. Narrow updates are added up in float32.
template <class T, class Index> struct ScatterAdd {
  using Parameters = ScatterParameters;
  static constexpr uint32_t most_threads = most_warps * warp_size;
  DLTRAIN_GPU static void run(const Parameters& p) {
    DLTRAIN_SHARED uint32_t counts[most_warps];
    DLTRAIN_SHARED uint8_t hit[most_threads];
    for (uint32_t row = Thread::block(); row < p.rows; row += Thread::blocks()) {
      Wide<T>* out = static_cast<Wide<T>*>(p.out) + row * p.width;
      for (uint32_t k = Thread::index(); k < p.width; k += Thread::count()) out[k] = 0;
      for (uint32_t first = 0; first < p.count; first += Thread::count()) {
        const uint32_t own = first + Thread::index();
        const bool is_hit =
            own < p.count && static_cast<int64_t>(static_cast<const Index*>(p.indices)[own]) == static_cast<int64_t>(row);
        hit[Thread::index()] = is_hit ? 1 : 0;
        if (sum_over_block<uint32_t>(is_hit ? 1 : 0, counts) == 0) continue;
        for (uint32_t other = 0; other < Thread::count(); ++other) {
          if (hit[other] == 0) continue;
          const T* update = static_cast<const T*>(p.updates) + (first + other) * p.width;
          for (uint32_t k = Thread::index(); k < p.width; k += Thread::count()) out[k] += widened(update[k]);
        }
        Thread::synchronize();
      }
    }
  }
};

}  // namespace

#define DLTRAIN_GATHERS(bytes, T)                        \
  DLTRAIN_KERNEL(gather_##bytes##_int32, Gather<T, T, int32_t>) \
  DLTRAIN_KERNEL(gather_##bytes##_int64, Gather<T, T, int64_t>) \
  DLTRAIN_KERNEL(gather_##bytes##_uint8, Gather<T, T, uint8_t>)
#define DLTRAIN_ROUNDING_GATHERS(dtype, R)                                       \
  DLTRAIN_KERNEL(gather_float32_##dtype##_int32, Gather<float, R, int32_t>) \
  DLTRAIN_KERNEL(gather_float32_##dtype##_int64, Gather<float, R, int64_t>) \
  DLTRAIN_KERNEL(gather_float32_##dtype##_uint8, Gather<float, R, uint8_t>)
#define DLTRAIN_SCATTERS(dtype, T)                                 \
  DLTRAIN_KERNEL(scatter_add_##dtype##_int32, ScatterAdd<T, int32_t>) \
  DLTRAIN_KERNEL(scatter_add_##dtype##_int64, ScatterAdd<T, int64_t>) \
  DLTRAIN_KERNEL(scatter_add_##dtype##_uint8, ScatterAdd<T, uint8_t>)

DLTRAIN_GATHERS(1, uint8_t)
DLTRAIN_GATHERS(2, uint16_t)
DLTRAIN_GATHERS(4, uint32_t)
DLTRAIN_GATHERS(8, uint64_t)
DLTRAIN_ROUNDING_GATHERS(bfloat16, Bfloat16)
DLTRAIN_ROUNDING_GATHERS(float16, Float16)
DLTRAIN_SCATTERS(float32, float)
DLTRAIN_SCATTERS(bfloat16, Bfloat16)
DLTRAIN_SCATTERS(float16, Float16)
DLTRAIN_SCATTERS(int32, int32_t)
DLTRAIN_SCATTERS(int64, int64_t)
