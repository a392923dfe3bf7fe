// One step of recurrent cells of bfloat16 for some samples: what is left of it beside the matrix products. What goes from
// step to step is float32, what is kept for the gradient is rounded. Formulas and the order of the gates are those of
// graph/ops/lstm.cpp and gru.cpp; rows follow each other without gaps.
#pragma once

#include <cstdint>

#include "backends/onednn/bfloat16.h"
#include "backends/onednn/vector/recurrent.h"

namespace dltrain::backends::onednn {

// Null for what is zero: products before the first step, flows that are not there.
struct NarrowLstmForward {
  const Bfloat16* x;  // [rows, 4 units]
  const float* product;  // the same
  Bfloat16* gates;  // the same; may be x
  float* state;  // the cell, from step to step
  Bfloat16* cell;
  const Bfloat16* h_before;
  Bfloat16* h;
};

struct NarrowLstmBackward {
  const Bfloat16* gates;
  const Bfloat16* cell;
  const Bfloat16* cell_before;
  const Bfloat16* dy;  // two flows from outside into h
  const Bfloat16* dlast;
  float* dh;  // in: flow from the step behind; out: what passes by the sums (samples that are masked)
  float* dcell;  // in: flow from the step behind; out: into the cell before
  Bfloat16* dsums;  // [rows, 4 units], may be gates
};

struct NarrowGruForward {
  const Bfloat16* x;  // [rows, 3 units]
  const float* product;  // the same, without bias
  const float* bias;  // [3 units]
  Bfloat16* gates;  // as x, and may be it
  Bfloat16* inner;
  float* state;  // h, from step to step
  Bfloat16* h;
};

struct NarrowGruBackward {
  const Bfloat16* gates;
  const Bfloat16* inner;
  const Bfloat16* h_before;
  const Bfloat16* dy;
  const Bfloat16* dlast;
  float* dh;  // in: flow from the step behind; out: what passes by the product
  Bfloat16* dx;  // [rows, 3 units], may be gates
  Bfloat16* dproduct;  // the same
};

struct NarrowRecurrentLoops {
  void (*lstm_forward)(const StepRows& rows, const NarrowLstmForward& step);
  void (*lstm_backward)(const StepRows& rows, const NarrowLstmBackward& step);
  void (*gru_forward)(const StepRows& rows, const NarrowGruForward& step);
  void (*gru_backward)(const StepRows& rows, const NarrowGruBackward& step);
};

const NarrowRecurrentLoops& narrow_recurrent_loops();

}  // namespace dltrain::backends::onednn
