// Batch normalization over all axes but the last, with a residual and a rectifier behind it, and the sums of gradients of
// normalizations. Formulas as in graph/ops/batch_norm.cpp. Names: moments_DTYPE, join_moments, batch_norm_DTYPE,
// norm_flow_DTYPE, batch_norm_grad_DTYPE.
#include "backends/cuda/device/block.h"
#include "backends/cuda/device/functions.h"
#include "backends/cuda/device/norm_parameters.h"

using namespace dltrain::backends::cuda::device;

namespace {

// Numbers by their mean and the sum of squares of their distances from it.
struct Moments {
  float count = 0, mean = 0, spread = 0;
};
// Of both (Chan, Golub and LeVeque 1979).
DLTRAIN_GPU Moments joined(const Moments& x, const Moments& y) {
  if (y.count == 0) return x;
  const float count = x.count + y.count;
  const float distance = y.mean - x.mean;
  const float share = y.count / count;
  return {count, x.mean + distance * share, x.spread + y.spread + distance * distance * (x.count * share)};
}

constexpr uint32_t chunk = 8;  // rows that a thread reads before it divides

template <class T> DLTRAIN_GPU Moments moments_of(const T* x, float first, uint32_t step, uint32_t count) {
  float values[chunk];
  float sum = 0;
  for (uint32_t i = 0; i < chunk; ++i) {
    values[i] = i < count ? widened(x[i * step]) - first : 0.0F;
    sum += values[i];
  }
  const auto n = static_cast<float>(count);
  Moments all{n, sum / n, 0};
  for (uint32_t i = 0; i < chunk; ++i) {
    const float distance = values[i] - all.mean;
    if (i < count) all.spread += distance * distance;
  }
  return all;
}

struct Split {
  uint32_t begin, end;
};
DLTRAIN_GPU Split split_of(uint32_t rows, uint32_t splits, uint32_t number) {
  const uint32_t each = (rows + splits - 1) / splits;
  const uint32_t begin = number * each < rows ? number * each : rows;
  return {begin, begin + each < rows ? begin + each : rows};
}

// A block takes 32 columns side by side; its warps take every n-th chunk of a split.
constexpr uint32_t wide = warp_size;
struct Tile {
  uint32_t column, split, lane, warp, warps;
};
DLTRAIN_GPU Tile tile_of(uint32_t work, uint32_t columns) {
  const uint32_t tiles = (columns + wide - 1) / wide;
  return {work % tiles * wide + Thread::index() % wide, work / tiles, Thread::index() % wide, Thread::index() / wide,
          Thread::count() / wide};
}
DLTRAIN_GPU uint32_t tile_count(uint32_t columns, uint32_t splits) { return (columns + wide - 1) / wide * splits; }

template <class T> struct ColumnMoments {
  using Parameters = MomentsParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    DLTRAIN_SHARED float counts[most_warps][wide];
    DLTRAIN_SHARED float means[most_warps][wide];
    DLTRAIN_SHARED float spreads[most_warps][wide];
    for (uint32_t work = Thread::block(); work < tile_count(p.columns, p.splits); work += Thread::blocks()) {
      const Tile t = tile_of(work, p.columns);
      const Split split = split_of(p.rows, p.splits, t.split);
      Moments own;
      if (t.column < p.columns) {
        const T* x = static_cast<const T*>(p.x) + t.column;
        const float first = widened(x[0]);
        for (uint32_t row = split.begin + t.warp * chunk; row < split.end; row += t.warps * chunk) {
          const uint32_t left = split.end - row;
          own = joined(own, moments_of(x + row * p.columns, first, p.columns, left < chunk ? left : chunk));
        }
      }
      counts[t.warp][t.lane] = own.count;
      means[t.warp][t.lane] = own.mean;
      spreads[t.warp][t.lane] = own.spread;
      Thread::synchronize();
      if (t.warp == 0 && t.column < p.columns) {
        for (uint32_t other = 1; other < t.warps; ++other)
          own = joined(own, {counts[other][t.lane], means[other][t.lane], spreads[other][t.lane]});
        const uint32_t i = t.split * p.columns + t.column;
        p.mean[i] = own.mean;
        p.variance[i] = own.count == 0 ? 0.0F : own.spread / own.count;
      }
      Thread::synchronize();
    }
  }
};

struct JoinMoments {
  using Parameters = JoinMomentsParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    for (uint32_t c = first_element(); c < p.columns; c += element_step()) {
      Moments all;
      for (uint32_t number = 0; number < p.splits; ++number) {
        const Split split = split_of(p.rows, p.splits, number);
        const auto count = static_cast<float>(split.end - split.begin);
        const uint32_t i = number * p.columns + c;
        all = joined(all, {count, p.means[i], p.variances[i] * count});
      }
      p.mean[c] = all.mean;
      p.variance[c] = all.spread / all.count;
    }
  }
};

template <class T> struct BatchNorm {
  using Parameters = BatchNormParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    for (uint32_t i = first_element(); i < p.count; i += element_step()) {
      const uint32_t c = i % p.columns;
      const auto* all = static_cast<const T*>(p.x);
      const float x = widened(all[i]);
      const float inverse = 1 / std::sqrt(p.variance[c] + p.epsilon);
      if (i < p.columns && p.inverse != nullptr) p.inverse[i] = inverse;
      if (i < p.columns && p.new_mean != nullptr) p.new_mean[i] = x + p.shift[i];
      if (p.out == nullptr) continue;
      const float centered = p.shift != nullptr ? x - widened(all[c]) - p.shift[c] : x - p.mean[c];
      float y = centered * (inverse * p.gamma[c]) + p.beta[c];
      if (p.residual != nullptr) y += widened(static_cast<const T*>(p.residual)[i]);
      static_cast<T*>(p.out)[i] = stored<T>(p.rectifies != 0 ? Relu::of(y, p.options) : y);
    }
  }
};

// What flows in at element i of this row and column, and (x - mean) inverse there.
struct Flow {
  float dz, h;
};
template <class T> DLTRAIN_GPU Flow flow_at(const NormFlowParameters& p, uint32_t i, uint32_t row, uint32_t column) {
  const uint32_t place = p.by_row != 0 ? row : column;
  const float centered = widened(static_cast<const T*>(p.x)[i]) - p.mean[place];
  const float h = centered * p.inverse[place];
  const float dy = widened(static_cast<const T*>(p.dy)[i]);
  if (p.rectifies == 0) return {dy, h};
  // What is computed again is computed and rounded as it was: it is cut off at the same places.
  const auto again = [&] {
    return stored<T>(Relu::of(centered * (p.inverse[column] * p.gamma[column]) + p.beta[column], p.options));
  };
  const float y = widened(p.y != nullptr ? static_cast<const T*>(p.y)[i] : again());
  return {SlopeTimes<Relu>::of(y, dy, p.options), h};
}

template <class T> struct NormFlow {
  using Parameters = NormFlowParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    DLTRAIN_SHARED float turned[most_warps][wide];
    DLTRAIN_SHARED float plain[most_warps][wide];
    for (uint32_t work = Thread::block(); work < tile_count(p.columns, p.splits); work += Thread::blocks()) {
      const Tile t = tile_of(work, p.columns);
      const Split split = split_of(p.rows, p.splits, t.split);
      float gamma = 0, beta = 0;
      for (uint32_t row = split.begin + t.warp; t.column < p.columns && row < split.end; row += t.warps) {
        const Flow flow = flow_at<T>(p, row * p.columns + t.column, row, t.column);
        gamma += flow.dz * flow.h;
        beta += flow.dz;
      }
      turned[t.warp][t.lane] = gamma;
      plain[t.warp][t.lane] = beta;
      Thread::synchronize();
      if (t.warp == 0 && t.column < p.columns) {
        for (uint32_t other = 1; other < t.warps; ++other) {
          gamma += turned[other][t.lane];
          beta += plain[other][t.lane];
        }
        float* sums = p.sums + t.split * 2 * p.columns + t.column;
        sums[0] = gamma;
        sums[p.columns] = beta;
      }
      Thread::synchronize();
    }
  }
};

template <class T> struct BatchNormGrad {
  using Parameters = BatchNormGradParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    const NormFlowParameters& f = p.flow;
    for (uint32_t i = first_element(); i < p.count; i += element_step()) {
      const uint32_t c = i % f.columns;
      const float dgamma = f.sums[c], dbeta = f.sums[f.columns + c];
      if (i < f.columns && p.dgamma != nullptr) p.dgamma[i] = dgamma;
      if (i < f.columns && p.dbeta != nullptr) p.dbeta[i] = dbeta;
      if (p.dx == nullptr && p.dz == nullptr) continue;
      const Flow flow = flow_at<T>(f, i, 0, c);
      if (p.dz != nullptr) static_cast<T*>(p.dz)[i] = stored<T>(flow.dz);
      const float dx = (flow.dz - (flow.h * dgamma + dbeta) * p.share) * (f.gamma[c] * f.inverse[c]);
      if (p.dx != nullptr) static_cast<T*>(p.dx)[i] = stored<T>(dx);
    }
  }
};

}  // namespace

DLTRAIN_KERNEL(join_moments, JoinMoments)
#define DLTRAIN_NORM(dtype, T)                          \
  DLTRAIN_KERNEL(moments_##dtype, ColumnMoments<T>)     \
  DLTRAIN_KERNEL(batch_norm_##dtype, BatchNorm<T>)      \
  DLTRAIN_KERNEL(norm_flow_##dtype, NormFlow<T>)        \
  DLTRAIN_KERNEL(batch_norm_grad_##dtype, BatchNormGrad<T>)

DLTRAIN_NORM(float32, float)
DLTRAIN_NORM(bfloat16, Bfloat16)
DLTRAIN_NORM(float16, Float16)
