// Numbers below 2^-126 are taken as zero inside kernels: gradients and averages that fade out would otherwise slow the
// processor by a factor of ten or more. The caller's mode comes back when the guard goes.
#pragma once

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace dltrain::backends::onednn {

#if defined(__SSE2__)
class FlushDenormals {
 public:
  FlushDenormals() : before_(_mm_getcsr()) {
    if ((before_ & flags) != flags) _mm_setcsr(before_ | flags);
  }
  ~FlushDenormals() {
    if ((before_ & flags) != flags) _mm_setcsr(before_);
  }
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;
  // For a thread that does nothing else.
  static void keep() { _mm_setcsr(_mm_getcsr() | flags); }

 private:
  static constexpr unsigned flags = 0x8040;  // flush results to zero, read denormals as zero
  unsigned before_;
};
#else
class FlushDenormals {
 public:
  FlushDenormals() {}
  static void keep() {}
};
#endif

}  // namespace dltrain::backends::onednn
