#include "backends/onednn/vector/narrow_recurrent.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/onednn/vector/narrow_recurrent.cpp"
#include "hwy/foreach_target.h"

#include "backends/onednn/vector/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dltrain::backends::onednn::HWY_NAMESPACE {
namespace {

template <class T> T* moved(T* pointer, int64_t by) { return pointer == nullptr ? nullptr : pointer + by; }

template <class T, class Some> HWY_INLINE V load_if(const T* from, int64_t at, Some n) {
  return from == nullptr ? hn::Zero(D()) : load(from + at, n);
}

HWY_INLINE V one_minus(V x) { return hn::Sub(number(1), x); }
HWY_INLINE V slope_of_sigmoid(V y) { return hn::Mul(y, one_minus(y)); }
HWY_INLINE V slope_of_tanh(V y) { return hn::NegMulAdd(y, y, number(1)); }

bool takes_part(const StepRows& rows, int64_t r) { return rows.mask == nullptr || rows.mask[r]; }

void lstm_forward(const StepRows& rows, const NarrowLstmForward& s) {
  const int64_t units = rows.units;
  for (int64_t r = 0; r < rows.rows; ++r) {
    const bool active = takes_part(rows, r);
    const int64_t wide = 4 * r * units;
    for_vectors(units, [&](int64_t u, auto n) HWY_ATTR {
      const int64_t at = r * units + u;
      const auto sum = [&](int64_t gate) HWY_ATTR {
        const int64_t place = wide + gate * units + u;
        return hn::Add(load(s.x + place, n), load_if(s.product, place, n));
      };
      const V i = sigmoid(sum(0));
      const V f = sigmoid(sum(1));
      const V g = tanh(sum(2));
      const V o = sigmoid(sum(3));
      store(i, s.gates + wide + u, n);
      store(f, s.gates + wide + units + u, n);
      store(g, s.gates + wide + 2 * units + u, n);
      store(o, s.gates + wide + 3 * units + u, n);
      V cell = load(s.state + at, n);
      V h = load_if(s.h_before, at, n);
      if (active) {
        cell = hn::MulAdd(f, cell, hn::Mul(i, g));
        h = hn::Mul(o, tanh(cell));
        store(cell, s.state + at, n);
      }
      store(cell, s.cell + at, n);
      store(h, s.h + at, n);
    });
  }
}

// A sample that took no part: flows pass by.
void pass_by(const Bfloat16* dy, const Bfloat16* dlast, int64_t units, float* dh) {
  for_vectors(units, [&](int64_t u, auto n) HWY_ATTR {
    const V outside = hn::Add(load_if(dy, u, n), load_if(dlast, u, n));
    store(hn::Add(load(dh + u, n), outside), dh + u, n);
  });
}

void lstm_backward_row(const NarrowLstmBackward& s, int64_t units) {
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

void lstm_backward(const StepRows& rows, const NarrowLstmBackward& step) {
  for (int64_t r = 0; r < rows.rows; ++r) {
    const int64_t at = r * rows.units;
    const NarrowLstmBackward row = {step.gates + 4 * at, step.cell + at,        moved(step.cell_before, at),
                                    moved(step.dy, at),  moved(step.dlast, at), step.dh + at,
                                    step.dcell + at,     step.dsums + 4 * at};
    if (takes_part(rows, r)) {
      lstm_backward_row(row, rows.units);
    } else {
      pass_by(row.dy, row.dlast, rows.units, row.dh);
      std::fill_n(row.dsums, 4 * rows.units, Bfloat16{});
    }
  }
}

void gru_forward(const StepRows& rows, const NarrowGruForward& s) {
  const int64_t units = rows.units;
  for (int64_t r = 0; r < rows.rows; ++r) {
    const bool active = takes_part(rows, r);
    const int64_t wide = 3 * r * units;
    for_vectors(units, [&](int64_t u, auto n) HWY_ATTR {
      const auto product = [&](int64_t gate) HWY_ATTR {
        const int64_t at = gate * units + u;
        return hn::Add(load_if(s.product, wide + at, n), load(s.bias + at, n));
      };
      const V z = sigmoid(hn::Add(load(s.x + wide + u, n), product(0)));
      const V reset = sigmoid(hn::Add(load(s.x + wide + units + u, n), product(1)));
      const V inner = product(2);
      const V g = tanh(hn::MulAdd(reset, inner, load(s.x + wide + 2 * units + u, n)));
      store(z, s.gates + wide + u, n);
      store(reset, s.gates + wide + units + u, n);
      store(g, s.gates + wide + 2 * units + u, n);
      const int64_t at = r * units + u;
      store(inner, s.inner + at, n);
      V h = load(s.state + at, n);
      if (active) {
        h = hn::MulAdd(z, hn::Sub(h, g), g);
        store(h, s.state + at, n);
      }
      store(h, s.h + at, n);
    });
  }
}

void gru_backward_row(const NarrowGruBackward& s, int64_t units) {
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

void gru_backward(const StepRows& rows, const NarrowGruBackward& step) {
  for (int64_t r = 0; r < rows.rows; ++r) {
    const int64_t at = r * rows.units;
    const NarrowGruBackward row = {step.gates + 3 * at, step.inner + at,       moved(step.h_before, at),
                                   moved(step.dy, at),  moved(step.dlast, at), step.dh + at,
                                   step.dx + 3 * at,    step.dproduct + 3 * at};
    if (takes_part(rows, r)) {
      gru_backward_row(row, rows.units);
    } else {
      pass_by(row.dy, row.dlast, rows.units, row.dh);
      std::fill_n(row.dx, 3 * rows.units, Bfloat16{});
      std::fill_n(row.dproduct, 3 * rows.units, Bfloat16{});
    }
  }
}

const NarrowRecurrentLoops& loops() {
  static constexpr NarrowRecurrentLoops table = {lstm_forward, lstm_backward, gru_forward, gru_backward};
  return table;
}

}  // namespace
}  // namespace dltrain::backends::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dltrain::backends::onednn {

HWY_EXPORT(loops);
const NarrowRecurrentLoops& narrow_recurrent_loops() { return HWY_DYNAMIC_DISPATCH(loops)(); }

}  // namespace dltrain::backends::onednn
#endif
