#include "backends/onednn/limits.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <limits>
#include <vector>

#include "backends/onednn/narrow_peak.h"
#include "backends/onednn/parallel.h"
#include "backends/onednn/vector/peak.h"

namespace dltrain::backends::onednn {

namespace {

using Clock = std::chrono::steady_clock;

// The least of several times: what the machine does when nobody disturbs it.
double least_seconds(int times, const std::function<void()>& work) {
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i < times; ++i) {
    const Clock::time_point start = Clock::now();
    work();
    least = std::min(least, std::chrono::duration<double>(Clock::now() - start).count());
  }
  return least;
}

}  // namespace

Limits measure_limits(const Machine& machine) {
  constexpr int64_t rounds = 200'000;
  constexpr int64_t floats = int64_t{1} << 24;  // 64 MiB, twice: more than caches hold
  std::vector<float> sinks(static_cast<size_t>(machine.threads) * 16);
  std::vector<double> done(static_cast<size_t>(machine.threads));
  const double computing = least_seconds(10, [&] {
    in_parallel(machine.threads, [&](int part) {
      done[static_cast<size_t>(part)] = peak_loops().multiply_add(rounds, 0.5F, &sinks[static_cast<size_t>(part) * 16]);
    });
  });
  double narrow = 0;
  if (machine.no_bfloat16.empty()) {
    std::vector<double> products(static_cast<size_t>(machine.threads));
    const double multiplying = least_seconds(10, [&] {
      in_parallel(machine.threads, [&](int part) {
        const auto own = static_cast<size_t>(part);
        products[own] = multiply_narrow(machine.has_tiles, rounds / 10, 0.5F, &sinks[own * 16]);
      });
    });
    for (const double each : products) narrow += each / multiplying;
  }
  std::vector<float> from(static_cast<size_t>(floats), 1.0F), to(static_cast<size_t>(floats));
  const double copying = least_seconds(6, [&] {
    in_parallel(machine.threads, [&](int part) {
      const Range range = part_of(floats, machine.threads, part, 1024);
      peak_loops().copy(from.data() + range.begin, to.data() + range.begin, range.end - range.begin);
    });
  });
  double operations = 0;
  for (const double d : done) operations += d;
  return {operations / computing, narrow, 2.0 * static_cast<double>(floats) * sizeof(float) / copying};
}

}  // namespace dltrain::backends::onednn
