// Functions over the last axis, one block for each row: softmax and cross-entropies with their gradients, in float32,
// and layer normalization. Formulas as in graph/ops/{softmax,cross_entropy,layer_norm}.cpp.
#include "backends/cuda/device/block.h"
#include "backends/cuda/device/functions.h"
#include "backends/cuda/device/rows_parameters.h"

using namespace dltrain::backends::cuda::device;

namespace {

struct Larger {
  DLTRAIN_GPU static float join(float x, float y) { return Maximum::of(x, y); }
};

// What of a row of logits all of these need.
struct Softened {
  float largest;
  float sum;  // of e^(x - largest)
};

template <class F> DLTRAIN_GPU float sum_of_row(uint32_t columns, float* shared, F f) {
  float sum = 0;
  for (uint32_t i = Thread::index(); i < columns; i += Thread::count()) sum += f(i);
  return sum_over_block(sum, shared);
}

DLTRAIN_GPU Softened soften(const float* x, uint32_t columns, float* shared) {
  float largest = -infinity<float>();
  for (uint32_t i = Thread::index(); i < columns; i += Thread::count()) largest = Maximum::of(x[i], largest);
  largest = over_block<Larger>(largest, shared);
  return {largest, sum_of_row(columns, shared, [&](uint32_t i) { return std::exp(x[i] - largest); })};
}

// Body::row(p, row, shared) for every row.
template <class Body, class P = RowsParameters> struct Rows {
  using Parameters = P;
  DLTRAIN_GPU static void run(const Parameters& p) {
    DLTRAIN_SHARED float shared[most_warps];
    for (uint32_t row = Thread::block(); row < p.rows; row += Thread::blocks()) Body::row(p, row, shared);
  }
};

template <class F> DLTRAIN_GPU void write_row(const RowsParameters& p, uint32_t row, F f) {
  for (uint32_t i = Thread::index(); i < p.columns; i += Thread::count()) p.out[row * p.columns + i] = f(i);
}

// x -> out
struct Softmax {
  DLTRAIN_GPU static void row(const RowsParameters& p, uint32_t row, float* shared) {
    const float* x = p.x + row * p.columns;
    const Softened s = soften(x, p.columns, shared);
    write_row(p, row, [&](uint32_t i) { return std::exp(x[i] - s.largest) / s.sum; });
  }
};
struct LogSoftmax {
  DLTRAIN_GPU static void row(const RowsParameters& p, uint32_t row, float* shared) {
    const float* x = p.x + row * p.columns;
    const Softened s = soften(x, p.columns, shared);
    const float logarithm = std::log(s.sum);
    write_row(p, row, [&](uint32_t i) { return x[i] - s.largest - logarithm; });
  }
};
// x is the op's output, y what flows in.
struct SoftmaxGrad {
  DLTRAIN_GPU static void row(const RowsParameters& p, uint32_t row, float* shared) {
    const float* x = p.x + row * p.columns;
    const float* dy = p.y + row * p.columns;
    const float sum = sum_of_row(p.columns, shared, [&](uint32_t i) { return x[i] * dy[i]; });
    write_row(p, row, [&](uint32_t i) { return x[i] * (dy[i] - sum); });
  }
};
struct LogSoftmaxGrad {
  DLTRAIN_GPU static void row(const RowsParameters& p, uint32_t row, float* shared) {
    const float* x = p.x + row * p.columns;
    const float* dy = p.y + row * p.columns;
    const float sum = sum_of_row(p.columns, shared, [&](uint32_t i) { return dy[i]; });
    write_row(p, row, [&](uint32_t i) { return dy[i] - std::exp(x[i]) * sum; });
  }
};

// x logits, labels -> out [rows]. A label outside gives 0.
template <class Label> struct SparseCrossEntropy {
  DLTRAIN_GPU static void row(const RowsParameters& p, uint32_t row, float* shared) {
    const float* x = p.x + row * p.columns;
    const Softened s = soften(x, p.columns, shared);
    const auto label = static_cast<int64_t>(static_cast<const Label*>(p.labels)[row]);
    const bool valid = label >= 0 && label < static_cast<int64_t>(p.columns);
    if (Thread::index() == 0) p.out[row] = valid ? std::log(s.sum) + s.largest - x[label] : 0.0F;
  }
};
// x logits, labels, flow [rows] -> out as x.
template <class Label> struct SparseCrossEntropyGrad {
  DLTRAIN_GPU static void row(const RowsParameters& p, uint32_t row, float* shared) {
    const float* x = p.x + row * p.columns;
    const Softened s = soften(x, p.columns, shared);
    const auto label = static_cast<int64_t>(static_cast<const Label*>(p.labels)[row]);
    const bool valid = label >= 0 && label < static_cast<int64_t>(p.columns);
    const float flow = p.flow[row];
    write_row(p, row, [&](uint32_t i) {
      const float share = std::exp(x[i] - s.largest) / s.sum;
      return valid ? (share - (i == static_cast<uint32_t>(label) ? 1.0F : 0.0F)) * flow : 0.0F * flow;
    });
  }
};
// x logits, y targets -> out [rows].
struct CrossEntropy {
  DLTRAIN_GPU static void row(const RowsParameters& p, uint32_t row, float* shared) {
    const float* x = p.x + row * p.columns;
    const float* t = p.y + row * p.columns;
    const Softened s = soften(x, p.columns, shared);
    const float logarithm = std::log(s.sum);
    const float sum = sum_of_row(p.columns, shared, [&](uint32_t i) { return t[i] * (x[i] - s.largest - logarithm); });
    if (Thread::index() == 0) p.out[row] = -sum;
  }
};
// x logits, y targets, flow [rows] -> out as x.
struct CrossEntropyGrad {
  DLTRAIN_GPU static void row(const RowsParameters& p, uint32_t row, float* shared) {
    const float* x = p.x + row * p.columns;
    const float* t = p.y + row * p.columns;
    const Softened s = soften(x, p.columns, shared);
    const float all = sum_of_row(p.columns, shared, [&](uint32_t i) { return t[i]; });
    const float flow = p.flow[row];
    write_row(p, row, [&](uint32_t i) { return (std::exp(x[i] - s.largest) / s.sum * all - t[i]) * flow; });
  }
};

template <class T> struct LayerNorm {
  DLTRAIN_GPU static void row(const LayerNormParameters& p, uint32_t row, float* shared) {
    const uint32_t first = row * p.columns;
    const T* all = static_cast<const T*>(p.x) + first;
    const T* more = p.residual == nullptr ? nullptr : static_cast<const T*>(p.residual) + first;
    // A sum is rounded as it is stored.
    const auto own = [&](uint32_t i) { return more == nullptr ? all[i] : stored<T>(widened(all[i]) + widened(more[i])); };
    const auto x = [&](uint32_t i) { return widened(own(i)); };
    const auto n = static_cast<float>(p.columns);
    const float mean = sum_of_row(p.columns, shared, x) / n;
    const float variance =
        sum_of_row(p.columns, shared, [&](uint32_t i) { return (x(i) - mean) * (x(i) - mean); }) / n;
    const float inverse = 1 / std::sqrt(variance + p.epsilon);
    for (uint32_t i = Thread::index(); i < p.columns; i += Thread::count()) {
      const T value = own(i);
      if (p.sum != nullptr) static_cast<T*>(p.sum)[first + i] = value;
      if (p.out == nullptr) continue;
      static_cast<T*>(p.out)[first + i] = stored<T>((widened(value) - mean) * inverse * p.gamma[i] + p.beta[i]);
    }
    if (Thread::index() == 0 && p.mean != nullptr) p.mean[row] = mean;
    if (Thread::index() == 0 && p.inverse != nullptr) p.inverse[row] = inverse;
  }
};

template <class T> struct LayerNormGrad {
  DLTRAIN_GPU static void row(const LayerNormGradParameters& p, uint32_t row, float* shared) {
    const T* x = static_cast<const T*>(p.x) + row * p.columns;
    const T* flow = static_cast<const T*>(p.dy) + row * p.columns;
    const auto n = static_cast<float>(p.columns);
    const float mean = p.mean[row];
    const float inverse = p.inverse[row];
    const auto h = [&](uint32_t i) { return (widened(x[i]) - mean) * inverse; };
    const auto g = [&](uint32_t i) { return widened(flow[i]) * p.gamma[i]; };
    const float sum = sum_of_row(p.columns, shared, g);
    const float turned = sum_of_row(p.columns, shared, [&](uint32_t i) { return g(i) * h(i); });
    for (uint32_t i = Thread::index(); i < p.columns; i += Thread::count()) {
      const uint32_t place = row * p.columns + i;
      const float more = p.flow == nullptr ? 0.0F : widened(static_cast<const T*>(p.flow)[place]);
      static_cast<T*>(p.dx)[place] = stored<T>((g(i) - (sum + h(i) * turned) / n) * inverse + more);
    }
  }
};

}  // namespace

DLTRAIN_KERNEL(softmax, Rows<Softmax>)
DLTRAIN_KERNEL(log_softmax, Rows<LogSoftmax>)
DLTRAIN_KERNEL(softmax_grad, Rows<SoftmaxGrad>)
DLTRAIN_KERNEL(log_softmax_grad, Rows<LogSoftmaxGrad>)
DLTRAIN_KERNEL(sparse_softmax_cross_entropy_int32, Rows<SparseCrossEntropy<int32_t>>)
DLTRAIN_KERNEL(sparse_softmax_cross_entropy_int64, Rows<SparseCrossEntropy<int64_t>>)
DLTRAIN_KERNEL(sparse_softmax_cross_entropy_uint8, Rows<SparseCrossEntropy<uint8_t>>)
DLTRAIN_KERNEL(sparse_softmax_cross_entropy_grad_int32, Rows<SparseCrossEntropyGrad<int32_t>>)
DLTRAIN_KERNEL(sparse_softmax_cross_entropy_grad_int64, Rows<SparseCrossEntropyGrad<int64_t>>)
DLTRAIN_KERNEL(sparse_softmax_cross_entropy_grad_uint8, Rows<SparseCrossEntropyGrad<uint8_t>>)
DLTRAIN_KERNEL(softmax_cross_entropy, Rows<CrossEntropy>)
DLTRAIN_KERNEL(softmax_cross_entropy_grad, Rows<CrossEntropyGrad>)
DLTRAIN_KERNEL(layer_norm_float32, Rows<LayerNorm<float>, LayerNormParameters>)
DLTRAIN_KERNEL(layer_norm_bfloat16, Rows<LayerNorm<Bfloat16>, LayerNormParameters>)
DLTRAIN_KERNEL(layer_norm_float16, Rows<LayerNorm<Float16>, LayerNormParameters>)
DLTRAIN_KERNEL(layer_norm_grad_float32, Rows<LayerNormGrad<float>, LayerNormGradParameters>)
DLTRAIN_KERNEL(layer_norm_grad_bfloat16, Rows<LayerNormGrad<Bfloat16>, LayerNormGradParameters>)
DLTRAIN_KERNEL(layer_norm_grad_float16, Rows<LayerNormGrad<Float16>, LayerNormGradParameters>)
