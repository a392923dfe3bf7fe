// One step of recurrent cells for some samples: what is left of it beside the matrix products. Formulas and the order of
// the gates are those of graph/ops/lstm.cpp and gru.cpp; rows follow each other without gaps.
#pragma once

#include <cstdint>

namespace dltrain::backends::onednn {

// Samples of a step. Where the mask (one byte a sample; null: all true) is false, states stay as they are.
struct StepRows {
  int64_t rows = 0;
  int64_t units = 0;
  const bool* mask = nullptr;
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

struct LstmBackward {
  const float* gates;
  const float* cell;
  const float* cell_before;
  const float* dy;  // two flows from outside into h
  const float* dlast;
  float* dh;  // [rows, dh_step]; in: flow from the step behind; out: what passes by the sums (samples that are masked)
  int64_t dh_step;
  float* dcell;  // in: flow from the step behind; out: into the cell before
  float* dsums;  // [rows, 4 units], may be gates
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

struct GruBackward {
  const float* gates;
  const float* inner;
  const float* h_before;
  const float* dy;
  const float* dlast;
  float* dh;  // [rows, dh_step]; in: flow from the step behind; out: what passes by the product
  int64_t dh_step;
  float* dx;  // [rows, 3 units], may be gates
  float* dproduct;  // [rows, 3 units]
};

struct RecurrentLoops {
  void (*lstm_forward)(const StepRows& rows, const StepUnits& units, const LstmForward& step);
  void (*lstm_backward)(const StepRows& rows, const LstmBackward& step);
  void (*gru_forward)(const StepRows& rows, const StepUnits& units, const GruForward& step);
  void (*gru_backward)(const StepRows& rows, const GruBackward& step);
};

const RecurrentLoops& recurrent_loops();

}  // namespace dltrain::backends::onednn
