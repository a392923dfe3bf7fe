// Functions on vectors of float32 for every value of their input, infinities and not-a-number included. Highway's own
// are defined on parts of the line only. Included once per instruction set.
#if defined(DLTRAIN_ONEDNN_VECTOR_MATH) == defined(HWY_TARGET_TOGGLE)
#ifdef DLTRAIN_ONEDNN_VECTOR_MATH
#undef DLTRAIN_ONEDNN_VECTOR_MATH
#else
#define DLTRAIN_ONEDNN_VECTOR_MATH
#endif

#include <cstddef>
#include <cstdint>
#include <limits>

#include "backends/onednn/bfloat16.h"
#include "hwy/contrib/math/math-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace dltrain::backends::onednn::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
using Mask = hn::Mask<D>;

constexpr float infinity = std::numeric_limits<float>::infinity();

HWY_INLINE V number(float x) { return hn::Set(D(), x); }
HWY_INLINE V keep_nan(V x, V y) { return hn::IfThenElse(hn::IsNaN(x), x, y); }

// The larger and the smaller; not a number if either is.
HWY_INLINE V maximum(V x, V y) { return keep_nan(x, keep_nan(y, hn::Max(x, y))); }
HWY_INLINE V minimum(V x, V y) { return keep_nan(x, keep_nan(y, hn::Min(x, y))); }

// Beyond these bounds the result is infinite, or below the smallest number.
HWY_INLINE V exp(V x) {
  const V inside = hn::Min(hn::Max(x, number(-104)), number(89));
  return keep_nan(x, hn::Exp(D(), inside));
}

HWY_INLINE V expm1(V x) { return keep_nan(x, hn::Expm1(D(), hn::Min(x, number(89)))); }

HWY_INLINE V log(V x) {
  const V finite = hn::Log(D(), x);
  const V positive = hn::IfThenElse(hn::Eq(x, number(infinity)), x, finite);
  const V zero = hn::IfThenElse(hn::Eq(x, number(0)), number(-infinity), positive);
  return hn::IfThenElse(hn::Ge(x, number(0)), zero, number(std::numeric_limits<float>::quiet_NaN()));
}

HWY_INLINE V log1p(V x) {
  const V finite = hn::Log1p(D(), x);
  const V positive = hn::IfThenElse(hn::Eq(x, number(infinity)), x, finite);
  const V pole = hn::IfThenElse(hn::Eq(x, number(-1)), number(-infinity), positive);
  return hn::IfThenElse(hn::Ge(x, number(-1)), pole, number(std::numeric_limits<float>::quiet_NaN()));
}

// 1 / x to two units in the last place, for normal numbers.
HWY_INLINE V inverse(V x) {
#if HWY_TARGET <= HWY_AVX3
  const V guess = hn::ApproximateReciprocal(x);
  return hn::MulAdd(guess, hn::NegMulAdd(x, guess, number(1)), guess);
#else
  return hn::Div(number(1), x);
#endif
}

// x times a quotient of polynomials in x^2 below 9.02, where tanh is 1 in float32: least squares, weighted until the
// largest relative error (2e-8 before rounding, 4e-7 after it) was the least.
HWY_INLINE V tanh(V x) {
  const V a = hn::Min(hn::Max(x, number(-9.02F)), number(9.02F));
  const V s = hn::Mul(a, a);
  V above = number(1.3319093383756808e-08F);
  for (const float c : {2.0583500372595154e-05F, 0.003494035918265581F, 0.13379719853401184F, 1.0F})
    above = hn::MulAdd(above, s, number(c));
  V below = number(7.762029099467327e-07F);
  for (const float c : {0.000328309484757483F, 0.02587107941508293F, 0.4671303331851959F, 1.0F})
    below = hn::MulAdd(below, s, number(c));
  const V y = hn::Mul(hn::Mul(a, above), inverse(below));
  return keep_nan(x, hn::Min(hn::Max(y, number(-1)), number(1)));
}

HWY_INLINE V sigmoid(V x) { return hn::Div(number(1), hn::Add(number(1), exp(hn::Neg(x)))); }

// Two polynomials, least squares to double-precision values with weights that level the relative error: erf(x) / x in
// x^2 below 0.9, -log(1 - erf(x)) in x from there to 4, where erf is 1 in float32. Relative error below 2e-7.
HWY_INLINE V erf(V x) {
  const D d;
  const V a = hn::Min(hn::Abs(x), number(4));
  const V s = hn::Mul(a, a);
  V near = number(8.513102511642501e-05F);
  for (const float c : {-0.0008175639086402953F, 0.005203858949244022F, -0.02686050906777382F, 0.11283715069293976F,
                        -0.37612634897232056F, 1.128379225730896F}) {
    near = hn::MulAdd(near, s, number(c));
  }
  V far = number(7.374565598183835e-07F);
  for (const float c : {1.1311347407172434e-05F, -0.00037884965422563255F, 0.003994101192802191F, -0.02477451227605343F,
                        0.10785821080207825F, 0.6336632966995239F, 1.129381775856018F, -0.0001506137050455436F}) {
    far = hn::MulAdd(far, a, number(c));
  }
  const V outer = hn::CopySign(hn::Sub(number(1), hn::Exp(d, hn::Neg(far))), x);
  return keep_nan(x, hn::IfThenElse(hn::Lt(a, number(0.9F)), hn::Mul(x, near), outer));
}

// How much of a vector is meant: all of it, which is known when compiled, or its first elements.
struct Whole {
  static size_t count() { return hn::Lanes(D()); }
};
struct Part {
  size_t many;
  size_t count() const { return many; }
};

// What is missing reads as zero, or as `otherwise`.
HWY_INLINE V load(const float* from, Whole) { return hn::LoadU(D(), from); }
HWY_INLINE V load(const float* from, Part part) { return hn::LoadN(D(), from, part.many); }
HWY_INLINE V load_or(V, const float* from, Whole) { return hn::LoadU(D(), from); }
HWY_INLINE V load_or(V otherwise, const float* from, Part part) { return hn::LoadNOr(otherwise, D(), from, part.many); }
HWY_INLINE void store(V x, float* to, Whole) { hn::StoreU(x, D(), to); }
HWY_INLINE void store(V x, float* to, Part part) { hn::StoreN(x, D(), to, part.many); }

// The same of bfloat16, which becomes float32 on the way in and is rounded on the way out.
using DNarrow = hn::Rebind<hwy::bfloat16_t, D>;
HWY_INLINE const hwy::bfloat16_t* narrow(const Bfloat16* from) {
  return reinterpret_cast<const hwy::bfloat16_t*>(from);
}
HWY_INLINE hwy::bfloat16_t* narrow(Bfloat16* to) { return reinterpret_cast<hwy::bfloat16_t*>(to); }
HWY_INLINE V load(const Bfloat16* from, Whole) { return hn::PromoteTo(D(), hn::LoadU(DNarrow(), narrow(from))); }
HWY_INLINE V load(const Bfloat16* from, Part part) {
  return hn::PromoteTo(D(), hn::LoadN(DNarrow(), narrow(from), part.many));
}
HWY_INLINE V load_or(V, const Bfloat16* from, Whole whole) { return load(from, whole); }
HWY_INLINE V load_or(V otherwise, const Bfloat16* from, Part part) {
  return hn::IfThenElse(hn::FirstN(D(), part.many), load(from, part), otherwise);
}
HWY_INLINE void store(V x, Bfloat16* to, Whole) { hn::StoreU(hn::DemoteTo(DNarrow(), x), DNarrow(), narrow(to)); }
HWY_INLINE void store(V x, Bfloat16* to, Part part) {
  hn::StoreN(hn::DemoteTo(DNarrow(), x), DNarrow(), narrow(to), part.many);
}

// Element `at` and those behind it; zeros where there is nothing.
template <class T, class Some> HWY_INLINE V load_if(const T* from, int64_t at, Some some) {
  return from == nullptr ? hn::Zero(D()) : load(from + at, some);
}

// Calls f(first element, Whole or Part) for each vector of a stretch. f is compiled once for each, so that whole
// vectors cost no masks.
template <class F> HWY_INLINE void for_vectors(int64_t count, F f) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(D()));
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) f(i, Whole());
  if (i < count) f(i, Part{static_cast<size_t>(count - i)});
}

// Adds the elements of a vector to doubles.
template <class Some> HWY_INLINE void add_to_doubles(V x, double* sums, Some some) {
  HWY_ALIGN float lanes[hn::MaxLanes(D())];
  hn::Store(x, D(), lanes);
  for (size_t i = 0; i < some.count(); ++i) sums[i] += static_cast<double>(lanes[i]);
}

}  // namespace dltrain::backends::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
