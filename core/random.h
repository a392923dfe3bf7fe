// Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
// A number is a pure function of (seed, stream, step, element), so it is the same on every backend, for any number of
// threads and after a resume, and there is no generator state to save.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace dltrain {

// One Philox4x32-10 block: four 32-bit words from a 128-bit counter and a 64-bit key.
std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

// A stable 64-bit name of a text (FNV-1a), for streams and fingerprints.
uint64_t stable_hash(std::string_view text);

// The numbers of one stream, e.g. one dropout layer or one weight's initial values.
class RandomStream {
 public:
  RandomStream(uint64_t seed, uint64_t stream);

  // Word number `element` at `step`.
  uint32_t bits(uint64_t step, uint64_t element) const;
  // [0, 1), 24 bits: exactly representable in float32.
  float uniform(uint64_t step, uint64_t element) const;
  // [0, 1), 53 bits, from words 2*element and 2*element+1.
  double uniform_double(uint64_t step, uint64_t element) const;
  // Standard normal by Box-Muller in double.
  double normal(uint64_t step, uint64_t element) const;
  // An integer in [0, bound), bound > 0, without noticeable bias (64-bit multiply-shift).
  uint64_t below(uint64_t bound, uint64_t step, uint64_t element) const;

  std::array<uint32_t, 2> key() const { return key_; }

 private:
  std::array<uint32_t, 2> key_{};
};

}  // namespace dltrain
