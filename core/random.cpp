#include "core/random.h"

#include <cmath>
#include <numbers>

namespace dltrain {

std::array<uint32_t, 4> philox(std::array<uint32_t, 4> c, std::array<uint32_t, 2> k) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = uint64_t{0xD2511F53} * c[0];
    const uint64_t p1 = uint64_t{0xCD9E8D57} * c[2];
    c = {static_cast<uint32_t>(p1 >> 32) ^ c[1] ^ k[0], static_cast<uint32_t>(p1),
         static_cast<uint32_t>(p0 >> 32) ^ c[3] ^ k[1], static_cast<uint32_t>(p0)};
    k[0] += 0x9E3779B9;
    k[1] += 0xBB67AE85;
  }
  return c;
}

uint64_t stable_hash(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3;
  }
  return hash;
}

namespace {

// Mixes a 64-bit number (splitmix64's finaliser), so that neighbouring seeds give unrelated keys.
uint64_t mixed(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

}  // namespace

RandomStream::RandomStream(uint64_t seed, uint64_t stream) {
  const uint64_t key = mixed(mixed(seed) ^ stream);
  key_ = {static_cast<uint32_t>(key), static_cast<uint32_t>(key >> 32)};
}

namespace {

using Words = std::array<uint32_t, 4>;

// Words 4 block .. 4 block + 3 of a step.
Words words(const std::array<uint32_t, 2>& key, uint64_t step, uint64_t block) {
  return philox({static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32), static_cast<uint32_t>(step),
                 static_cast<uint32_t>(step >> 32)},
                key);
}

double unit_double(uint64_t high, uint64_t low) { return static_cast<double>(((high << 32) | low) >> 11) * 0x1p-53; }

}  // namespace

uint32_t RandomStream::bits(uint64_t step, uint64_t element) const {
  return words(key_, step, element / 4)[element % 4];
}

float RandomStream::uniform(uint64_t step, uint64_t element) const {
  return static_cast<float>(bits(step, element) >> 8) * 0x1p-24F;
}

double RandomStream::uniform_double(uint64_t step, uint64_t element) const {
  const Words block = words(key_, step, element / 2);
  const size_t first = element % 2 * 2;
  return unit_double(block[first], block[first + 1]);
}

double RandomStream::normal(uint64_t step, uint64_t element) const {
  const Words block = words(key_, step, element);  // of the uniform numbers 2 element and 2 element + 1
  const double radius = std::sqrt(-2 * std::log1p(-unit_double(block[0], block[1])));
  return radius * std::cos(2 * std::numbers::pi * unit_double(block[2], block[3]));
}

uint64_t RandomStream::below(uint64_t bound, uint64_t step, uint64_t element) const {
  const Words block = words(key_, step, element / 2);
  const uint64_t high = block[element % 2 * 2];
  const uint64_t low = block[element % 2 * 2 + 1];
  __extension__ using Wide = unsigned __int128;
  return static_cast<uint64_t>((Wide{(high << 32) | low} * bound) >> 64);
}

}  // namespace dltrain
