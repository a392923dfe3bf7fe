// Sums and extremes along axes, and the places of maxima. Names: reduce_OP_DTYPE, reduce_sum_DTYPE_DTYPE where the sum
// stays wide, columns_sum_DTYPE, argmax_DTYPE. Narrow numbers are added up in float32.
#include "backends/cuda/device/block.h"
#include "backends/cuda/device/functions.h"
#include "backends/cuda/device/reduce_parameters.h"

using namespace dltrain::backends::cuda::device;

namespace {

DLTRAIN_GPU uint32_t place_at(const Walk& walk, uint32_t i) {
  uint32_t place = 0;
  for (int axis = max_axes - 1; axis >= 0; --axis) {
    if (axis >= walk.rank) continue;
    place += i % walk.sizes[axis] * walk.strides[axis];
    i /= walk.sizes[axis];
  }
  return place;
}

template <class T> struct Largest {
  DLTRAIN_GPU static T none() {
    if constexpr (std::is_floating_point_v<T>) return -infinity<T>();
    else return least_of<T>;
  }
  DLTRAIN_GPU static T join(T x, T y) { return Maximum::of(x, y); }
};
template <class T> struct Smallest {
  DLTRAIN_GPU static T none() {
    if constexpr (std::is_floating_point_v<T>) return infinity<T>();
    else return most_of<T>;
  }
  DLTRAIN_GPU static T join(T x, T y) { return Minimum::of(x, y); }
};

template <class Join, class T, class R> struct Reduce {
  using Parameters = ReduceParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    DLTRAIN_SHARED Wide<T> shared[most_warps];
    for (uint32_t output = Thread::block(); output < p.kept.count; output += Thread::blocks()) {
      const T* x = static_cast<const T*>(p.x) + place_at(p.kept, output);
      Wide<T> value = Join::none();
      for (uint32_t i = Thread::index(); i < p.reduced.count; i += Thread::count())
        value = Join::join(value, widened(x[place_at(p.reduced, i)]));
      value = over_block<Join>(value, shared);
      if (Thread::index() == 0) static_cast<R*>(p.out)[output] = stored<R>(value);
    }
  }
};

// A block takes 32 columns side by side; its warps take every n-th row of a split.
template <class T> struct Columns {
  using Parameters = ColumnsParameters;
  static constexpr uint32_t wide = warp_size;
  DLTRAIN_GPU static void run(const Parameters& p) {
    DLTRAIN_SHARED float shared[most_warps][wide];
    const uint32_t lane = Thread::index() % wide;
    const uint32_t warp = Thread::index() / wide;
    const uint32_t warps = Thread::count() / wide;
    const uint32_t tiles = (p.columns + wide - 1) / wide;
    const uint32_t per_split = (p.rows + p.splits - 1) / p.splits;
    const T* x = static_cast<const T*>(p.x);
    for (uint32_t work = Thread::block(); work < tiles * p.splits; work += Thread::blocks()) {
      const uint32_t column = work % tiles * wide + lane;
      const uint32_t split = work / tiles;
      const uint32_t end = (split + 1) * per_split < p.rows ? (split + 1) * per_split : p.rows;
      float sum = 0;
      if (column < p.columns) {
        for (uint32_t row = split * per_split + warp; row < end; row += warps) sum += widened(x[row * p.columns + column]);
      }
      shared[warp][lane] = sum;
      Thread::synchronize();
      if (warp == 0 && column < p.columns) {
        for (uint32_t other = 1; other < warps; ++other) sum += shared[other][lane];
        p.out[split * p.columns + column] = sum * p.factor;
      }
      Thread::synchronize();
    }
  }
};

// The first of equals wins; a not-a-number is larger than anything.
template <class T> struct Argmax {
  using Parameters = ArgmaxParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    for (uint32_t i = first_element(); i < p.outer * p.inner; i += element_step()) {
      const T* x = static_cast<const T*>(p.x) + i / p.inner * p.size * p.inner + i % p.inner;
      Wide<T> best = widened(x[0]);
      int32_t place = 0;
      for (uint32_t k = 1; k < p.size; ++k) {
        const Wide<T> value = widened(x[k * p.inner]);
        if (value > best || (is_nan(value) && !is_nan(best))) {
          best = value;
          place = static_cast<int32_t>(k);
        }
      }
      p.out[i] = place;
    }
  }
};

}  // namespace

#define DLTRAIN_REDUCTIONS(dtype, T)                            \
  DLTRAIN_KERNEL(reduce_sum_##dtype, Reduce<Sum<Wide<T>>, T, T>)         \
  DLTRAIN_KERNEL(reduce_max_##dtype, Reduce<Largest<Wide<T>>, T, T>)     \
  DLTRAIN_KERNEL(reduce_min_##dtype, Reduce<Smallest<Wide<T>>, T, T>)    \
  DLTRAIN_KERNEL(argmax_##dtype, Argmax<T>)

DLTRAIN_REDUCTIONS(float32, float)
DLTRAIN_REDUCTIONS(float64, double)
DLTRAIN_REDUCTIONS(bfloat16, Bfloat16)
DLTRAIN_REDUCTIONS(float16, Float16)
DLTRAIN_KERNEL(reduce_sum_bfloat16_float32, Reduce<Sum<float>, Bfloat16, float>)
DLTRAIN_KERNEL(reduce_sum_float16_float32, Reduce<Sum<float>, Float16, float>)
DLTRAIN_REDUCTIONS(int32, int32_t)
DLTRAIN_REDUCTIONS(int64, int64_t)
DLTRAIN_KERNEL(argmax_int8, Argmax<int8_t>)
DLTRAIN_KERNEL(argmax_uint8, Argmax<uint8_t>)
DLTRAIN_KERNEL(columns_sum_float32, Columns<float>)
DLTRAIN_KERNEL(columns_sum_bfloat16, Columns<Bfloat16>)
DLTRAIN_KERNEL(columns_sum_float16, Columns<Float16>)
