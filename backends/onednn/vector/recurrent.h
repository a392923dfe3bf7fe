// One step of recurrent cells for some samples: what is left of it beside the matrix products. Formulas and the order of
// the gates are those of graph/ops/lstm.cpp and gru.cpp; rows follow each other without gaps.
#pragma once

#include <cstdint>

#include "backends/onednn/bfloat16.h"

namespace dltrain::backends::onednn {

// Samples of a step. Where the mask (one byte a sample; null: all true) is false, states stay as they are.
struct StepRows {
  int64_t rows = 0;
  int64_t units = 0;
  const bool* mask = nullptr;

  bool takes_part(int64_t row) const { return mask == nullptr || mask[row]; }
};

// Units [first, first + count), at most as many as a vector holds.
struct StepUnits {
  int64_t first = 0;
  int64_t count = 0;
};

// Null for what is zero: states before the first step, flows that are not there.
struct LstmForward {
  const float* x;  // [rows, 4 units]
  const float* product;  // [rows, 4, lanes]: state times kernel, of the units that are worked on
  float* gates;  // [rows, 4 units], may be x
  const float* cell_before;
  const float* h_before;
  float* cell;  // may be cell_before
  float* h;  // may be h_before
};

struct GruForward {
  const float* x;  // [rows, 3 units]
  const float* product;  // [rows, 3, lanes]: as above, without bias
  const float* bias;  // [3 units]
  const float* h_before;
  float* gates;  // [rows, 3 units], may be x
  float* inner;  // [rows, units]
  float* h;  // may be h_before
};

// Of bfloat16: sums and what goes from step to step are float32, what is kept for the gradient is rounded.
struct NarrowLstmForward {
  const Bfloat16* x;  // [rows, 4 units]
  const float* product;  // the same
  Bfloat16* gates;  // the same; may be x
  float* state;  // the cell, from step to step
  Bfloat16* cell;
  const Bfloat16* h_before;
  Bfloat16* h;
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

struct RecurrentLoops {
  void (*lstm_forward)(const StepRows& rows, const StepUnits& units, const LstmForward& step);
  void (*gru_forward)(const StepRows& rows, const StepUnits& units, const GruForward& step);
  void (*narrow_lstm_forward)(const StepRows& rows, const NarrowLstmForward& step);
  void (*narrow_gru_forward)(const StepRows& rows, const NarrowGruForward& step);
};

const RecurrentLoops& recurrent_loops();

// T: float or Bfloat16.
template <class T> struct LstmBackward {
  const T* gates;
  const T* cell;
  const T* cell_before;
  const T* dy;  // two flows from outside into h
  const T* dlast;
  float* dh;  // [rows, dh_step]; in: flow from the step behind; out: what passes by the sums (samples that are masked)
  int64_t dh_step;
  float* dcell;  // in: flow from the step behind; out: into the cell before
  T* dsums;  // [rows, 4 units], may be gates
};

template <class T> struct GruBackward {
  const T* gates;
  const T* inner;
  const T* h_before;
  const T* dy;
  const T* dlast;
  float* dh;  // [rows, dh_step]; in: flow from the step behind; out: what passes by the product
  int64_t dh_step;
  T* dx;  // [rows, 3 units], may be gates
  T* dproduct;  // [rows, 3 units]
};

template <class T> struct BackwardLoops {
  void (*lstm)(const StepRows& rows, const LstmBackward<T>& step);
  void (*gru)(const StepRows& rows, const GruBackward<T>& step);
};

template <class T> const BackwardLoops<T>& backward_loops();
template <> const BackwardLoops<float>& backward_loops();
template <> const BackwardLoops<Bfloat16>& backward_loops();

}  // namespace dltrain::backends::onednn
