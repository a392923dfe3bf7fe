#include "backends/onednn/vector/recurrent.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/onednn/vector/recurrent.cpp"
#include "hwy/foreach_target.h"

#include "backends/onednn/vector/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dltrain::backends::onednn::HWY_NAMESPACE {
namespace {

const float* moved(const float* pointer, int64_t by) { return pointer == nullptr ? nullptr : pointer + by; }

template <class Some> HWY_INLINE V load_if(const float* from, Some n) {
  return from == nullptr ? hn::Zero(D()) : load(from, n);
}

// The sigmoid of a gate: off by less than 1e-7, which is more than its share where it is nearly zero.
HWY_INLINE V gate_of(V x) { return hn::MulAdd(tanh(hn::Mul(x, number(0.5F))), number(0.5F), number(0.5F)); }
HWY_INLINE V one_minus(V x) { return hn::Sub(number(1), x); }
HWY_INLINE V slope_of_sigmoid(V y) { return hn::Mul(y, one_minus(y)); }
HWY_INLINE V slope_of_tanh(V y) { return hn::NegMulAdd(y, y, number(1)); }

// Calls f(row, Whole or Part) for each row; f is compiled once for each, so that whole vectors cost no masks.
template <class F> HWY_INLINE void for_rows(const StepRows& rows, const StepUnits& units, F f) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(D()));
  if (units.count == lanes) {
    for (int64_t r = 0; r < rows.rows; ++r) f(r, Whole());
  } else {
    for (int64_t r = 0; r < rows.rows; ++r) f(r, Part{static_cast<size_t>(units.count)});
  }
}

HWY_INLINE bool takes_part(const StepRows& rows, int64_t r) { return rows.mask == nullptr || rows.mask[r]; }

void lstm_forward(const StepRows& rows, const StepUnits& some, const LstmForward& s) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(D()));
  const int64_t units = rows.units;
  for_rows(rows, some, [&](int64_t r, auto n) HWY_ATTR {
    const int64_t state = r * units + some.first;
    const int64_t sums = 4 * r * units + some.first;
    const auto sum = [&](int64_t gate) HWY_ATTR {
      const V product = load_if(moved(s.product, (4 * r + gate) * lanes), Whole());
      return hn::Add(load(s.x + sums + gate * units, n), product);
    };
    const V i = gate_of(sum(0)), f = gate_of(sum(1)), g = tanh(sum(2)), o = gate_of(sum(3));
    store(i, s.gates + sums, n);
    store(f, s.gates + sums + units, n);
    store(g, s.gates + sums + 2 * units, n);
    store(o, s.gates + sums + 3 * units, n);
    const V before = load_if(moved(s.cell_before, state), n);
    // A sample that takes no part: its state goes on, zero before the first step.
    if (!takes_part(rows, r)) {
      store(before, s.cell + state, n);
      store(load_if(moved(s.h_before, state), n), s.h + state, n);
      return;
    }
    const V cell = hn::MulAdd(f, before, hn::Mul(i, g));
    store(cell, s.cell + state, n);
    store(hn::Mul(o, tanh(cell)), s.h + state, n);
  });
}

void lstm_backward_row(const LstmBackward& s, int64_t units) {
  for_vectors(units, [&](int64_t u, auto n) HWY_ATTR {
    const V i = load(s.gates + u, n);
    const V f = load(s.gates + units + u, n);
    const V g = load(s.gates + 2 * units + u, n);
    const V o = load(s.gates + 3 * units + u, n);
    const V bent = tanh(load(s.cell + u, n));
    const V dh = hn::Add(load(s.dh + u, n), hn::Add(load_if(moved(s.dy, u), n), load_if(moved(s.dlast, u), n)));
    const V dc = hn::MulAdd(hn::Mul(dh, o), slope_of_tanh(bent), load(s.dcell + u, n));
    const V df = hn::Mul(dc, load_if(moved(s.cell_before, u), n));
    store(hn::Mul(hn::Mul(dc, g), slope_of_sigmoid(i)), s.dsums + u, n);
    store(hn::Mul(df, slope_of_sigmoid(f)), s.dsums + units + u, n);
    store(hn::Mul(hn::Mul(dc, i), slope_of_tanh(g)), s.dsums + 2 * units + u, n);
    store(hn::Mul(hn::Mul(dh, bent), slope_of_sigmoid(o)), s.dsums + 3 * units + u, n);
    store(hn::Mul(dc, f), s.dcell + u, n);
    store(hn::Zero(D()), s.dh + u, n);
  });
}

// A sample that took no part: flows pass by.
void pass_by(const float* dy, const float* dlast, int64_t units, float* dh) {
  for_vectors(units, [&](int64_t u, auto n) HWY_ATTR {
    const V outside = hn::Add(load_if(moved(dy, u), n), load_if(moved(dlast, u), n));
    store(hn::Add(load(dh + u, n), outside), dh + u, n);
  });
}

void lstm_backward(const StepRows& rows, const LstmBackward& step) {
  for (int64_t r = 0; r < rows.rows; ++r) {
    const int64_t at = r * rows.units;
    const LstmBackward row = {step.gates + 4 * at, step.cell + at,        moved(step.cell_before, at),
                              moved(step.dy, at),  moved(step.dlast, at), step.dh + r * step.dh_step,
                              step.dh_step,        step.dcell + at,       step.dsums + 4 * at};
    if (takes_part(rows, r)) {
      lstm_backward_row(row, rows.units);
    } else {
      pass_by(row.dy, row.dlast, rows.units, row.dh);
      std::fill_n(row.dsums, 4 * rows.units, 0.0F);
    }
  }
}

void gru_forward(const StepRows& rows, const StepUnits& some, const GruForward& s) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(D()));
  const int64_t units = rows.units;
  for_rows(rows, some, [&](int64_t r, auto n) HWY_ATTR {
    const int64_t state = r * units + some.first;
    const int64_t sums = 3 * r * units + some.first;
    const auto product = [&](int64_t gate) HWY_ATTR {
      return hn::Add(load_if(moved(s.product, (3 * r + gate) * lanes), Whole()),
                     load(s.bias + gate * units + some.first, n));
    };
    const V z = gate_of(hn::Add(load(s.x + sums, n), product(0)));
    const V reset = gate_of(hn::Add(load(s.x + sums + units, n), product(1)));
    const V inner = product(2);
    const V g = tanh(hn::MulAdd(reset, inner, load(s.x + sums + 2 * units, n)));
    store(z, s.gates + sums, n);
    store(reset, s.gates + sums + units, n);
    store(g, s.gates + sums + 2 * units, n);
    store(inner, s.inner + state, n);
    const V h = load_if(moved(s.h_before, state), n);
    store(takes_part(rows, r) ? hn::MulAdd(z, hn::Sub(h, g), g) : h, s.h + state, n);
  });
}

void gru_backward_row(const GruBackward& s, int64_t units) {
  for_vectors(units, [&](int64_t u, auto n) HWY_ATTR {
    const V z = load(s.gates + u, n);
    const V r = load(s.gates + units + u, n);
    const V g = load(s.gates + 2 * units + u, n);
    const V dh = hn::Add(load(s.dh + u, n), hn::Add(load_if(moved(s.dy, u), n), load_if(moved(s.dlast, u), n)));
    const V candidate = hn::Mul(hn::Mul(dh, one_minus(z)), slope_of_tanh(g));
    const V dz = hn::Mul(dh, hn::Sub(load_if(moved(s.h_before, u), n), g));
    const V update = hn::Mul(dz, slope_of_sigmoid(z));
    const V reset = hn::Mul(hn::Mul(candidate, load(s.inner + u, n)), slope_of_sigmoid(r));
    store(update, s.dx + u, n);
    store(reset, s.dx + units + u, n);
    store(candidate, s.dx + 2 * units + u, n);
    store(update, s.dproduct + u, n);
    store(reset, s.dproduct + units + u, n);
    store(hn::Mul(candidate, r), s.dproduct + 2 * units + u, n);
    store(hn::Mul(dh, z), s.dh + u, n);
  });
}

void gru_backward(const StepRows& rows, const GruBackward& step) {
  for (int64_t r = 0; r < rows.rows; ++r) {
    const int64_t at = r * rows.units;
    const GruBackward row = {step.gates + 3 * at, step.inner + at,       moved(step.h_before, at),
                             moved(step.dy, at),  moved(step.dlast, at), step.dh + r * step.dh_step,
                             step.dh_step,        step.dx + 3 * at,      step.dproduct + 3 * at};
    if (takes_part(rows, r)) {
      gru_backward_row(row, rows.units);
    } else {
      pass_by(row.dy, row.dlast, rows.units, row.dh);
      std::fill_n(row.dx, 3 * rows.units, 0.0F);
      std::fill_n(row.dproduct, 3 * rows.units, 0.0F);
    }
  }
}

const RecurrentLoops& loops() {
  static constexpr RecurrentLoops table = {lstm_forward, lstm_backward, gru_forward, gru_backward};
  return table;
}

}  // namespace
}  // namespace dltrain::backends::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dltrain::backends::onednn {

HWY_EXPORT(loops);
const RecurrentLoops& recurrent_loops() { return HWY_DYNAMIC_DISPATCH(loops)(); }

}  // namespace dltrain::backends::onednn
#endif
