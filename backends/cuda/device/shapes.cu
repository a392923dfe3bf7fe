// Elements moved, repeated, and made from nothing. Names: copy_BYTES, copy_DTYPE_DTYPE where the dtype changes on the way,
// fill_BYTES, iota_DTYPE.
#include "backends/cuda/device/functions.h"
#include "backends/cuda/device/shapes_parameters.h"

using namespace dltrain::backends::cuda::device;

namespace {

template <class T, class R> struct Copy {
  using Parameters = CopyParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    for (uint32_t i = first_element(); i < p.count; i += element_step()) {
      uint32_t rest = i;
      uint32_t from = 0;
      uint32_t to = 0;
      for (int axis = max_axes - 1; axis >= 0; --axis) {
        if (axis >= p.rank) continue;
        const uint32_t index = rest % p.sizes[axis];
        rest /= p.sizes[axis];
        from += index * p.from_strides[axis];
        to += index * p.to_strides[axis];
      }
      const T value = static_cast<const T*>(p.from)[from];
      if constexpr (std::is_same_v<T, R>) static_cast<R*>(p.to)[to] = value;
      else static_cast<R*>(p.to)[to] = stored<R>(widened(value));
    }
  }
};

template <class T> struct Fill {
  using Parameters = FillParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    for (uint32_t i = first_element(); i < p.count; i += element_step())
      static_cast<T*>(p.to)[i] = static_cast<T>(p.bits);
  }
};

template <class T> struct Iota {
  using Parameters = IotaParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    for (uint32_t i = first_element(); i < p.count; i += element_step())
      static_cast<T*>(p.to)[i] = converted<uint32_t, T>(i / p.step % p.size);
  }
};

}  // namespace

DLTRAIN_KERNEL(copy_1, Copy<uint8_t, uint8_t>)
DLTRAIN_KERNEL(copy_2, Copy<uint16_t, uint16_t>)
DLTRAIN_KERNEL(copy_4, Copy<uint32_t, uint32_t>)
DLTRAIN_KERNEL(copy_8, Copy<uint64_t, uint64_t>)
DLTRAIN_KERNEL(copy_float32_bfloat16, Copy<float, Bfloat16>)
DLTRAIN_KERNEL(copy_float32_float16, Copy<float, Float16>)
DLTRAIN_KERNEL(copy_bfloat16_float32, Copy<Bfloat16, float>)
DLTRAIN_KERNEL(copy_float16_float32, Copy<Float16, float>)
DLTRAIN_KERNEL(fill_1, Fill<uint8_t>)
DLTRAIN_KERNEL(fill_2, Fill<uint16_t>)
DLTRAIN_KERNEL(fill_4, Fill<uint32_t>)
DLTRAIN_KERNEL(fill_8, Fill<uint64_t>)
DLTRAIN_KERNEL(iota_float32, Iota<float>)
DLTRAIN_KERNEL(iota_float64, Iota<double>)
DLTRAIN_KERNEL(iota_bfloat16, Iota<Bfloat16>)
DLTRAIN_KERNEL(iota_float16, Iota<Float16>)
DLTRAIN_KERNEL(iota_int8, Iota<int8_t>)
DLTRAIN_KERNEL(iota_uint8, Iota<uint8_t>)
DLTRAIN_KERNEL(iota_int32, Iota<int32_t>)
DLTRAIN_KERNEL(iota_int64, Iota<int64_t>)
