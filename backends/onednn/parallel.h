// Sharing work between threads. The parts depend on the count and the number of parts alone, so that sums that are made
// of parts come out the same in every run.
#pragma once

#include <omp.h>

#include <algorithm>
#include <cstdint>

#include "backends/onednn/machine.h"

namespace dltrain::backends::onednn {

struct Range {
  int64_t begin = 0;
  int64_t end = 0;
};

// Part `part` of [0, count), all parts about equal; borders are multiples of `grain`.
inline Range part_of(int64_t count, int parts, int part, int64_t grain = 1) {
  const int64_t grains = (count + grain - 1) / grain;
  const auto border = [&](int64_t p) { return std::min(count, grains * p / parts * grain); };
  return {border(part), border(part + 1)};
}

// Work that is not worth sharing: about 10 microseconds of one core, in elements of a cheap loop. Calling a second
// thread costs one or two where it is waiting for it, and 30 where it sleeps.
constexpr double elements_per_thread = 65536;

// In how many parts to do `elements` worth of work that falls into `units` at most.
inline int parts_for(const Machine& machine, double elements, int64_t units) {
  const double useful = std::max(1.0, elements / elements_per_thread);
  const int64_t most = std::min<int64_t>(machine.threads, std::max<int64_t>(units, 1));
  return useful < static_cast<double>(most) ? static_cast<int>(useful) : static_cast<int>(most);
}

// Calls f(part) for each part, on as many threads as there are parts; in this thread if there is one.
template <class F> void in_parallel(int parts, const F& f) {
  if (parts <= 1) {
    f(0);
    return;
  }
#pragma omp parallel num_threads(parts)
  for (int part = omp_get_thread_num(); part < parts; part += omp_get_num_threads()) f(part);
}

}  // namespace dltrain::backends::onednn
