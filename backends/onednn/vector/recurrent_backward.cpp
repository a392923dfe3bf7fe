#include "backends/onednn/vector/recurrent.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/onednn/vector/recurrent_backward.cpp"
#include "hwy/foreach_target.h"

#include "backends/onednn/vector/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dltrain::backends::onednn::HWY_NAMESPACE {
namespace {

template <class T> T* moved(T* pointer, int64_t by) { return pointer == nullptr ? nullptr : pointer + by; }

HWY_INLINE V one_minus(V x) { return hn::Sub(number(1), x); }
HWY_INLINE V slope_of_sigmoid(V y) { return hn::Mul(y, one_minus(y)); }
HWY_INLINE V slope_of_tanh(V y) { return hn::NegMulAdd(y, y, number(1)); }

// A sample that took no part: flows pass by.
template <class T> void pass_by(const T* dy, const T* dlast, int64_t units, float* dh) {
  for_vectors(units, [&](int64_t u, auto n) HWY_ATTR {
    const V outside = hn::Add(load_if(dy, u, n), load_if(dlast, u, n));
    store(hn::Add(load(dh + u, n), outside), dh + u, n);
  });
}

template <class T> void lstm_backward_row(const LstmBackward<T>& s, int64_t units) {
  for_vectors(units, [&](int64_t u, auto n) HWY_ATTR {
    const V i = load(s.gates + u, n);
    const V f = load(s.gates + units + u, n);
    const V g = load(s.gates + 2 * units + u, n);
    const V o = load(s.gates + 3 * units + u, n);
    const V bent = tanh(load(s.cell + u, n));
    const V dh = hn::Add(load(s.dh + u, n), hn::Add(load_if(s.dy, u, n), load_if(s.dlast, u, n)));
    const V dc = hn::MulAdd(hn::Mul(dh, o), slope_of_tanh(bent), load(s.dcell + u, n));
    const V df = hn::Mul(dc, load_if(s.cell_before, u, n));
    store(hn::Mul(hn::Mul(dc, g), slope_of_sigmoid(i)), s.dsums + u, n);
    store(hn::Mul(df, slope_of_sigmoid(f)), s.dsums + units + u, n);
    store(hn::Mul(hn::Mul(dc, i), slope_of_tanh(g)), s.dsums + 2 * units + u, n);
    store(hn::Mul(hn::Mul(dh, bent), slope_of_sigmoid(o)), s.dsums + 3 * units + u, n);
    store(hn::Mul(dc, f), s.dcell + u, n);
    store(hn::Zero(D()), s.dh + u, n);
  });
}

template <class T> void lstm_backward(const StepRows& rows, const LstmBackward<T>& step) {
  for (int64_t r = 0; r < rows.rows; ++r) {
    const int64_t at = r * rows.units;
    const LstmBackward<T> row = {step.gates + 4 * at, step.cell + at,        moved(step.cell_before, at),
                                 moved(step.dy, at),  moved(step.dlast, at), step.dh + r * step.dh_step,
                                 step.dh_step,        step.dcell + at,       step.dsums + 4 * at};
    if (rows.takes_part(r)) {
      lstm_backward_row(row, rows.units);
    } else {
      pass_by(row.dy, row.dlast, rows.units, row.dh);
      std::fill_n(row.dsums, 4 * rows.units, T{});
    }
  }
}

template <class T> void gru_backward_row(const GruBackward<T>& s, int64_t units) {
  for_vectors(units, [&](int64_t u, auto n) HWY_ATTR {
    const V z = load(s.gates + u, n);
    const V r = load(s.gates + units + u, n);
    const V g = load(s.gates + 2 * units + u, n);
    const V dh = hn::Add(load(s.dh + u, n), hn::Add(load_if(s.dy, u, n), load_if(s.dlast, u, n)));
    const V candidate = hn::Mul(hn::Mul(dh, one_minus(z)), slope_of_tanh(g));
    const V dz = hn::Mul(dh, hn::Sub(load_if(s.h_before, u, n), g));
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

template <class T> void gru_backward(const StepRows& rows, const GruBackward<T>& step) {
  for (int64_t r = 0; r < rows.rows; ++r) {
    const int64_t at = r * rows.units;
    const GruBackward<T> row = {step.gates + 3 * at, step.inner + at,       moved(step.h_before, at),
                                moved(step.dy, at),  moved(step.dlast, at), step.dh + r * step.dh_step,
                                step.dh_step,        step.dx + 3 * at,      step.dproduct + 3 * at};
    if (rows.takes_part(r)) {
      gru_backward_row(row, rows.units);
    } else {
      pass_by(row.dy, row.dlast, rows.units, row.dh);
      std::fill_n(row.dx, 3 * rows.units, T{});
      std::fill_n(row.dproduct, 3 * rows.units, T{});
    }
  }
}

template <class T> constexpr BackwardLoops<T> table = {lstm_backward<T>, gru_backward<T>};
const BackwardLoops<float>& loops() { return table<float>; }
const BackwardLoops<Bfloat16>& narrow_loops() { return table<Bfloat16>; }

}  // namespace
}  // namespace dltrain::backends::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dltrain::backends::onednn {

HWY_EXPORT(loops);
HWY_EXPORT(narrow_loops);
template <> const BackwardLoops<float>& backward_loops() { return HWY_DYNAMIC_DISPATCH(loops)(); }
template <> const BackwardLoops<Bfloat16>& backward_loops() { return HWY_DYNAMIC_DISPATCH(narrow_loops)(); }

}  // namespace dltrain::backends::onednn
#endif
