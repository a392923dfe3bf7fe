// Random numbers and dropout: the words of core/random.h, bit for bit. Names: random_uniform, dropout_DTYPE.
#include "backends/cuda/device/narrow.h"
#include "backends/cuda/device/random_parameters.h"

using namespace dltrain::backends::cuda::device;

namespace {

struct Words {
  uint32_t values[4];
};

// Philox4x32-10 (Salmon et al. 2011), as core/random.cpp.
DLTRAIN_GPU Words philox(Words c, uint32_t k0, uint32_t k1) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = uint64_t{0xD2511F53} * c.values[0];
    const uint64_t p1 = uint64_t{0xCD9E8D57} * c.values[2];
    c = {{static_cast<uint32_t>(p1 >> 32) ^ c.values[1] ^ k0, static_cast<uint32_t>(p1),
          static_cast<uint32_t>(p0 >> 32) ^ c.values[3] ^ k1, static_cast<uint32_t>(p0)}};
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  return c;
}

// The finaliser of splitmix64, by which seed and stream become a key.
DLTRAIN_GPU uint64_t mixed(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

// Use::write(p, element, upper 24 bits of its word); a thread takes all elements of one block of four words.
template <class Use> struct Draw {
  using Parameters = RandomParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    const uint64_t key = mixed(mixed(static_cast<uint64_t>(*p.seed)) ^ p.stream);
    const auto step = static_cast<uint64_t>(*p.step);
    const uint64_t first = static_cast<uint64_t>(*p.sample_offset) * p.per_row;
    const uint32_t shift = static_cast<uint32_t>(first % 4);  // the first block begins that much earlier
    const uint32_t blocks = (p.count + shift + 3) / 4;
    for (uint32_t b = first_element(); b < blocks; b += element_step()) {
      const uint64_t number = first / 4 + b;
      const Words words = philox({{static_cast<uint32_t>(number), static_cast<uint32_t>(number >> 32),
                                   static_cast<uint32_t>(step), static_cast<uint32_t>(step >> 32)}},
                                 static_cast<uint32_t>(key), static_cast<uint32_t>(key >> 32));
      for (uint32_t k = 0; k < 4; ++k) {
        const uint32_t i = 4 * b + k - shift;  // wraps around before the first
        if (i < p.count) Use::write(p, i, words.values[k] >> 8);
      }
    }
  }
};

struct Uniform {
  DLTRAIN_GPU static void write(const RandomParameters& p, uint32_t i, uint32_t draw) {
    static_cast<float*>(p.out)[i] = static_cast<float>(draw) * 0x1p-24F;
  }
};
template <class T> struct Drop {
  DLTRAIN_GPU static void write(const RandomParameters& p, uint32_t i, uint32_t draw) {
    static_cast<T*>(p.out)[i] = stored<T>(draw >= p.least ? widened(static_cast<const T*>(p.x)[i]) * p.scale : 0.0F);
  }
};

}  // namespace

DLTRAIN_KERNEL(random_uniform, Draw<Uniform>)
DLTRAIN_KERNEL(dropout_float32, Draw<Drop<float>>)
DLTRAIN_KERNEL(dropout_bfloat16, Draw<Drop<Bfloat16>>)
DLTRAIN_KERNEL(dropout_float16, Draw<Drop<Float16>>)
