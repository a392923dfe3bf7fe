// All steps of a recurrent op in one kernel, for few units: a block takes one sample, or four, through the whole sequence,
// so that nothing waits between steps but the threads of a block for each other. A thread multiplies for one gate of one
// unit, reading the kernel anew in every step, out of the caches. Every sum has one order. Names: lstm_ROWS_DTYPE and the
// like.
#include "backends/cuda/device/recurrent_units.h"

using namespace dltrain::backends::cuda::device;

namespace {

template <class Step> DLTRAIN_GPU StepPlace place_of(const SequenceParameters<Step>& p, uint32_t s) {
  const auto number = [&](uint32_t order) { return p.backwards != 0 ? p.steps - 1 - order : order; };
  return {number(s), s == 0 ? 0 : number(s - 1), s == 0, s == p.steps - 1};
}

// sums[r] += the product of `count` numbers of each row, from `first` on, with as many of a column of the kernel.
template <class T, uint32_t rows>
DLTRAIN_GPU void multiply(float (*numbers)[rows], const T* column, uint32_t step, uint32_t count,
                          float (&sums)[rows]) {
  DLTRAIN_UNROLLED
  for (uint32_t k = 0; k < count; ++k) {
    const float weight = widened(column[k * step]);
    for (uint32_t r = 0; r < rows; ++r) sums[r] += numbers[k][r] * weight;
  }
}

template <class T, uint32_t rows, class Unit> struct Sequence {
  using Parameters = SequenceParameters<typename Unit::Step>;
  DLTRAIN_GPU static void run(const Parameters& p) {
    DLTRAIN_SHARED float states[most_sequence_units][rows];  // as products read them
    DLTRAIN_SHARED float products[most_sequence_threads][rows];
    const uint32_t units = p.step.units, width = Unit::gates * units, j = Thread::index();
    for (uint32_t first = Thread::block() * rows; first < p.step.samples; first += Thread::blocks() * rows) {
      for (uint32_t s = 0; s < p.steps; ++s) {
        if (j < width) {
          float sums[rows] = {};
          if (s > 0) multiply<T, rows>(states, static_cast<const T*>(p.kernel) + j, width, units, sums);
          for (uint32_t r = 0; r < rows; ++r) products[j][r] = sums[r];
        }
        Thread::synchronize();
        const StepPlace place = place_of(p, s);
        const auto step = Unit::at(p.step, place);
        for (uint32_t i = j; i < units * rows; i += Thread::count()) {
          const uint32_t unit = i % units, r = i / units;
          if (first + r >= p.step.samples) continue;
          const float state = Unit::run(step, first + r, unit, place.is_first,
                                        [&](uint32_t gate) { return products[gate * units + unit][r]; });
          states[unit][r] = widened(stored<T>(state));
        }
        Thread::synchronize();
      }
    }
  }
};

template <class T, uint32_t rows, class Unit> struct SequenceBack {
  using Parameters = SequenceParameters<typename Unit::Step>;
  DLTRAIN_GPU static void run(const Parameters& p) {
    DLTRAIN_SHARED float flows[most_sequence_threads][rows];  // gradients of the products, as they are multiplied
    DLTRAIN_SHARED float parts[most_sequence_threads][rows];  // of what flows on: one for each gate
    const uint32_t units = p.step.units, width = Unit::gates * units, j = Thread::index();
    for (uint32_t first = Thread::block() * rows; first < p.step.samples; first += Thread::blocks() * rows) {
      for (uint32_t s = p.steps; s-- > 0;) {
        const auto step = Unit::at(p.step, place_of(p, s));
        for (uint32_t i = j; i < units * rows; i += Thread::count()) {
          const uint32_t unit = i % units, r = i / units;
          if (first + r >= p.step.samples) continue;
          const auto product = [&](uint32_t) {
            float sum = 0;
            for (uint32_t gate = 0; gate < Unit::gates; ++gate) sum += parts[gate * units + unit][r];
            return sum;
          };
          float sums[Unit::gates];
          Unit::run(step, first + r, unit, product, sums);
          for (uint32_t gate = 0; gate < Unit::gates; ++gate)
            flows[gate * units + unit][r] = widened(stored<T>(sums[gate]));
        }
        Thread::synchronize();
        if (j < width && s > 0) {
          float sums[rows] = {};
          const uint32_t from = j / units * units;  // the first row of the transposed kernel for this gate
          multiply<T, rows>(flows + from, static_cast<const T*>(p.kernel) + from * units + j % units, units, units, sums);
          for (uint32_t r = 0; r < rows; ++r) parts[j][r] = sums[r];
        }
        Thread::synchronize();
      }
    }
  }
};

}  // namespace

#define DLTRAIN_SEQUENCE_KERNEL(name, ...) DLTRAIN_KERNEL_OF(most_sequence_threads, name, __VA_ARGS__)
#define DLTRAIN_SEQUENCES(rows, dtype, T)                                                     \
  DLTRAIN_SEQUENCE_KERNEL(lstm_##rows##_##dtype, Sequence<T, rows, LstmUnit<T>>)              \
  DLTRAIN_SEQUENCE_KERNEL(lstm_grad_##rows##_##dtype, SequenceBack<T, rows, LstmGradUnit<T>>) \
  DLTRAIN_SEQUENCE_KERNEL(gru_##rows##_##dtype, Sequence<T, rows, GruUnit<T>>)                \
  DLTRAIN_SEQUENCE_KERNEL(gru_grad_##rows##_##dtype, SequenceBack<T, rows, GruGradUnit<T>>)
#define DLTRAIN_SEQUENCE(dtype, T) DLTRAIN_SEQUENCES(1, dtype, T) DLTRAIN_SEQUENCES(4, dtype, T)

DLTRAIN_SEQUENCE(float32, float)
DLTRAIN_SEQUENCE(bfloat16, Bfloat16)
DLTRAIN_SEQUENCE(float16, Float16)
