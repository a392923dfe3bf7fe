// What the steps of recurrent ops are given; for host and device.
#pragma once

#include <cstdint>

namespace dltrain::backends::cuda::device {

// In all of these, what is said to be narrow comes in the kernel's dtype and all else is float32; a row is that of one
// sample. A null pointer is an input that is not there, or an output that nobody reads.

// One step of an LSTM. x, gates [samples, 4 units]; states [samples, units].
struct LstmStepParameters {
  const void* x;  // narrow
  const float* product;  // of the state before and the kernel, as x; null in the first step
  const uint8_t* mask;  // [samples]
  const void* before;  // narrow: the state before; null in the first step
  float* cell;  // before and behind the step
  void* y;  // narrow, as what follows
  void* gates;
  void* cells;
  void* last;
  uint32_t samples, units;
};

// The same of a GRU, with 3 units in a row of x and gates.
struct GruStepParameters {
  const void* x;  // narrow
  const float* product;  // as x, without the bias; null in the first step
  const float* bias;  // [3 units]
  const uint8_t* mask;
  const void* before;  // narrow
  float* state;  // before and behind the step
  void* y;  // narrow, as what follows
  void* gates;
  void* candidates;  // products of the candidate
  void* last;
  uint32_t samples, units;
};

// One step back. What flows into the state behind it comes from the step after it, as a product with the kernel and, of
// samples that the mask left out, as `state_flow`; both are null in the last step. All flows from outside are narrow.
struct LstmGradParameters {
  const void* gates;  // narrow, as what follows
  const void* cell;
  const void* cell_before;  // null in the first step
  const uint8_t* mask;
  const float* product;  // [samples, units]
  float* state_flow;  // before and behind the step
  float* cell_flow;  // the same
  const void* y_flow;
  const void* last_flow;
  const void* gates_flow;
  const void* cells_flow;
  void* sums;  // narrow [samples, 4 units]: the gradient of x
  uint32_t samples, units;
  int is_last;  // nothing flows in from a step after it
};

struct GruGradParameters {
  const void* gates;  // narrow, as what follows
  const void* candidate;  // product of the candidate
  const void* before;  // the state; null in the first step
  const uint8_t* mask;
  const float* product;
  float* state_flow;
  const void* y_flow;
  const void* last_flow;
  const void* gates_flow;
  const void* candidates_flow;
  void* sums;  // narrow [samples, 3 units]: the gradient of x
  void* product_sums;  // the same of the product
  float* bias_sums;  // [samples, 3 units]: those of all steps from the last to this one added up
  uint32_t samples, units;
  int is_last;
};

// All steps at once, for few units: a block goes through them with a few samples and multiplies by itself. `step` is that
// of number 0 in memory, without what is said of first and last ones; kernel is narrow, [units, gates units], and for a
// gradient transposed.
template <class Step> struct SequenceParameters {
  Step step;
  const void* kernel;
  uint32_t steps;
  int backwards;
};
// The most threads, a gate of a unit each, and the most units that a block has.
constexpr uint32_t most_sequence_threads = 1024;
constexpr uint32_t most_sequence_units = 256;

}  // namespace dltrain::backends::cuda::device
