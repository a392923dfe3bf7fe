#include "backends/onednn/vector/recurrent.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/onednn/vector/recurrent.cpp"
#include "hwy/foreach_target.h"

#include "backends/onednn/vector/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dltrain::backends::onednn::HWY_NAMESPACE {
namespace {

// The sigmoid of a gate: off by less than 1e-7, which is more than its share where it is nearly zero.
HWY_INLINE V gate_of(V x) { return hn::MulAdd(tanh(hn::Mul(x, number(0.5F))), number(0.5F), number(0.5F)); }

// Calls f(row, Whole or Part) for each row; f is compiled once for each, so that whole vectors cost no masks.
template <class F> HWY_INLINE void for_rows(const StepRows& rows, const StepUnits& units, F f) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(D()));
  if (units.count == lanes) {
    for (int64_t r = 0; r < rows.rows; ++r) f(r, Whole());
  } else {
    for (int64_t r = 0; r < rows.rows; ++r) f(r, Part{static_cast<size_t>(units.count)});
  }
}

void lstm_forward(const StepRows& rows, const StepUnits& some, const LstmForward& s) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(D()));
  const int64_t units = rows.units;
  for_rows(rows, some, [&](int64_t r, auto n) HWY_ATTR {
    const int64_t state = r * units + some.first;
    const int64_t sums = 4 * r * units + some.first;
    const auto sum = [&](int64_t gate) HWY_ATTR {
      const V product = load_if(s.product, (4 * r + gate) * lanes, Whole());
      return hn::Add(load(s.x + sums + gate * units, n), product);
    };
    const V i = gate_of(sum(0)), f = gate_of(sum(1)), g = tanh(sum(2)), o = gate_of(sum(3));
    store(i, s.gates + sums, n);
    store(f, s.gates + sums + units, n);
    store(g, s.gates + sums + 2 * units, n);
    store(o, s.gates + sums + 3 * units, n);
    const V before = load_if(s.cell_before, state, n);
    // A sample that takes no part: its state goes on, zero before the first step.
    if (!rows.takes_part(r)) {
      store(before, s.cell + state, n);
      store(load_if(s.h_before, state, n), s.h + state, n);
      return;
    }
    const V cell = hn::MulAdd(f, before, hn::Mul(i, g));
    store(cell, s.cell + state, n);
    store(hn::Mul(o, tanh(cell)), s.h + state, n);
  });
}

void gru_forward(const StepRows& rows, const StepUnits& some, const GruForward& s) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(D()));
  const int64_t units = rows.units;
  for_rows(rows, some, [&](int64_t r, auto n) HWY_ATTR {
    const int64_t state = r * units + some.first;
    const int64_t sums = 3 * r * units + some.first;
    const auto product = [&](int64_t gate) HWY_ATTR {
      return hn::Add(load_if(s.product, (3 * r + gate) * lanes, Whole()), load(s.bias + gate * units + some.first, n));
    };
    const V z = gate_of(hn::Add(load(s.x + sums, n), product(0)));
    const V reset = gate_of(hn::Add(load(s.x + sums + units, n), product(1)));
    const V inner = product(2);
    const V g = tanh(hn::MulAdd(reset, inner, load(s.x + sums + 2 * units, n)));
    store(z, s.gates + sums, n);
    store(reset, s.gates + sums + units, n);
    store(g, s.gates + sums + 2 * units, n);
    store(inner, s.inner + state, n);
    const V h = load_if(s.h_before, state, n);
    store(rows.takes_part(r) ? hn::MulAdd(z, hn::Sub(h, g), g) : h, s.h + state, n);
  });
}

void narrow_lstm_forward(const StepRows& rows, const NarrowLstmForward& s) {
  const int64_t units = rows.units;
  for (int64_t r = 0; r < rows.rows; ++r) {
    const bool active = rows.takes_part(r);
    const int64_t wide = 4 * r * units;
    for_vectors(units, [&](int64_t u, auto n) HWY_ATTR {
      const int64_t at = r * units + u;
      const auto sum = [&](int64_t gate) HWY_ATTR {
        const int64_t place = wide + gate * units + u;
        return hn::Add(load(s.x + place, n), load_if(s.product, place, n));
      };
      const V i = gate_of(sum(0));
      const V f = gate_of(sum(1));
      const V g = tanh(sum(2));
      const V o = gate_of(sum(3));
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

void narrow_gru_forward(const StepRows& rows, const NarrowGruForward& s) {
  const int64_t units = rows.units;
  for (int64_t r = 0; r < rows.rows; ++r) {
    const bool active = rows.takes_part(r);
    const int64_t wide = 3 * r * units;
    for_vectors(units, [&](int64_t u, auto n) HWY_ATTR {
      const auto product = [&](int64_t gate) HWY_ATTR {
        const int64_t at = gate * units + u;
        return hn::Add(load_if(s.product, wide + at, n), load(s.bias + at, n));
      };
      const V z = gate_of(hn::Add(load(s.x + wide + u, n), product(0)));
      const V reset = gate_of(hn::Add(load(s.x + wide + units + u, n), product(1)));
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

const RecurrentLoops& loops() {
  static constexpr RecurrentLoops table = {lstm_forward, gru_forward, narrow_lstm_forward, narrow_gru_forward};
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
