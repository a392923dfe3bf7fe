// Kernels that compute each element from the same element of up to three inputs.
#pragma once

#include "backends/cuda/device/elementwise_parameters.h"
#include "backends/cuda/device/functions.h"

namespace dltrain::backends::cuda::device {

// The places of the inputs that belong to output element i.
template <int inputs> struct Places {
  uint32_t at[inputs];

  DLTRAIN_GPU Places(const ElementwiseParameters& p, uint32_t i) {
    if (p.rank == 0) {
      for (int k = 0; k < inputs; ++k) at[k] = i * p.step[k];
      return;
    }
    for (int k = 0; k < inputs; ++k) at[k] = 0;
    for (int axis = max_axes - 1; axis >= 0; --axis) {
      if (axis >= p.rank) continue;
      const uint32_t index = i % p.sizes[axis];
      i /= p.sizes[axis];
      for (int k = 0; k < inputs; ++k) at[k] += index * p.strides[k][axis];
    }
  }
};

// What a function gives as what is stored.
template <class R, class V> DLTRAIN_GPU R result_of(V value) {
  if constexpr (std::is_same_v<R, V>) return value;
  else return stored<R>(value);
}

// How many elements are read and written at once.
template <class T, class R> constexpr int packed_together = pack_size<T> < pack_size<R> ? pack_size<T> : pack_size<R>;

// f(x) for every element; x and y lie in one run.
template <class F, class T, class R> struct Unary {
  using Parameters = ElementwiseParameters;
  static constexpr int n = packed_together<T, R>;
  DLTRAIN_GPU static void run(const Parameters& p) {
    const auto* x = static_cast<const T*>(p.in[0]);
    auto* y = static_cast<R*>(p.out);
    const uint32_t packs = p.count / n;
    for (uint32_t i = first_element(); i < packs; i += element_step()) {
      const auto some = reinterpret_cast<const Pack<T, n>*>(x)[i];
      Pack<R, n> result;
      for (int k = 0; k < n; ++k) result.values[k] = computed(some.values[k], p.options);
      reinterpret_cast<Pack<R, n>*>(y)[i] = result;
    }
    const uint32_t rest = packs * n + first_element();
    if (rest < p.count) y[rest] = computed(x[rest], p.options);
  }

 private:
  DLTRAIN_GPU static R computed(T x, const Options& options) { return result_of<R>(F::of(widened(x), options)); }
};

template <class F, class T, class R> struct Binary {
  using Parameters = ElementwiseParameters;
  static constexpr int n = packed_together<T, R>;
  DLTRAIN_GPU static void run(const Parameters& p) {
    const auto* x = static_cast<const T*>(p.in[0]);
    const auto* y = static_cast<const T*>(p.in[1]);
    auto* z = static_cast<R*>(p.out);
    if (p.rank != 0) {
      for (uint32_t i = first_element(); i < p.count; i += element_step()) {
        const Places<2> at(p, i);
        z[i] = computed(x[at.at[0]], y[at.at[1]], p.options);
      }
      return;
    }
    const uint32_t packs = p.count / n;
    for (uint32_t i = first_element(); i < packs; i += element_step()) {
      const Pack<T, n> a = load(x, p.step[0], i);
      const Pack<T, n> b = load(y, p.step[1], i);
      Pack<R, n> result;
      for (int k = 0; k < n; ++k) result.values[k] = computed(a.values[k], b.values[k], p.options);
      reinterpret_cast<Pack<R, n>*>(z)[i] = result;
    }
    const uint32_t rest = packs * n + first_element();
    if (rest < p.count) z[rest] = computed(x[rest * p.step[0]], y[rest * p.step[1]], p.options);
  }

 private:
  DLTRAIN_GPU static R computed(T x, T y, const Options& options) {
    return result_of<R>(F::of(widened(x), widened(y), options));
  }
  DLTRAIN_GPU static Pack<T, n> load(const T* x, uint32_t step, uint32_t i) {
    if (step != 0) return reinterpret_cast<const Pack<T, n>*>(x)[i];
    Pack<T, n> same;
    for (int k = 0; k < n; ++k) same.values[k] = *x;
    return same;
  }
};

template <class T> struct Select {
  using Parameters = ElementwiseParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    const auto* condition = static_cast<const uint8_t*>(p.in[0]);
    const auto* x = static_cast<const T*>(p.in[1]);
    const auto* y = static_cast<const T*>(p.in[2]);
    for (uint32_t i = first_element(); i < p.count; i += element_step()) {
      const Places<3> at(p, i);
      static_cast<T*>(p.out)[i] = condition[at.at[0]] != 0 ? x[at.at[1]] : y[at.at[2]];
    }
  }
};

// A function without options as one with.
template <class F> struct Plain {
  template <class T> DLTRAIN_GPU static auto of(T x, const Options&) { return F::of(x); }
  template <class T> DLTRAIN_GPU static auto of(T x, T y, const Options&) { return F::of(x, y); }
};
template <class R> struct ConvertTo {
  template <class T> DLTRAIN_GPU static R of(T x, const Options&) { return converted<T, R>(x); }
};
struct ToBool {
  template <class T> DLTRAIN_GPU static uint8_t of(T x, const Options&) { return x != T(0) ? 1 : 0; }
};

}  // namespace dltrain::backends::cuda::device
