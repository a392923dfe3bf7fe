#include "core/sha256.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/sha256_constants.h"

namespace dltrain {

namespace {

using Blocks = void (*)(std::array<uint32_t, 8>&, const std::byte*, size_t);

const Blocks take_blocks = sha256_blocks::processor_can() ? sha256_blocks::processor : sha256_blocks::portable;

uint32_t big_endian(const std::byte* bytes) {
  uint32_t word = 0;
  for (int i = 0; i < 4; ++i) word = word << 8 | std::to_integer<uint32_t>(bytes[i]);
  return word;
}

void take_block(std::array<uint32_t, 8>& state, const std::byte* block) {
  std::array<uint32_t, 64> words{};
  for (size_t t = 0; t < 16; ++t) words[t] = big_endian(block + 4 * t);
  for (size_t t = 16; t < 64; ++t) {
    const uint32_t x = words[t - 15], y = words[t - 2];
    words[t] = words[t - 16] + (std::rotr(x, 7) ^ std::rotr(x, 18) ^ (x >> 3)) + words[t - 7] +
               (std::rotr(y, 17) ^ std::rotr(y, 19) ^ (y >> 10));
  }
  auto [a, b, c, d, e, f, g, h] = state;
  for (size_t t = 0; t < 64; ++t) {
    const uint32_t first = h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) + ((e & f) ^ (~e & g)) +
                           sha256_blocks::constants[t] + words[t];
    const uint32_t second = (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + first;
    d = c, c = b, b = a, a = first + second;
  }
  const std::array<uint32_t, 8> added = {a, b, c, d, e, f, g, h};
  for (size_t i = 0; i < 8; ++i) state[i] += added[i];
}

}  // namespace

void sha256_blocks::portable(std::array<uint32_t, 8>& state, const std::byte* blocks, size_t count) {
  for (size_t i = 0; i < count; ++i) take_block(state, blocks + 64 * i);
}

Sha256::Sha256()
    : state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19} {}

void Sha256::update(std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  const size_t begun = length_ % block_.size();
  length_ += bytes.size();
  if (begun > 0) {
    const size_t count = std::min(block_.size() - begun, bytes.size());
    std::memcpy(block_.data() + begun, bytes.data(), count);
    bytes = bytes.subspan(count);
    if (begun + count < block_.size()) return;
    take_blocks(state_, block_.data(), 1);
  }
  const size_t whole = bytes.size() / block_.size();
  take_blocks(state_, bytes.data(), whole);
  bytes = bytes.subspan(whole * block_.size());
  if (!bytes.empty()) std::memcpy(block_.data(), bytes.data(), bytes.size());
}

Sha256::Digest Sha256::finish() {
  const uint64_t bits = length_ * 8;
  std::array<std::byte, 72> end{};  // a one, zeros up to 8 bytes before the end of a block, the length
  end[0] = std::byte{0x80};
  const size_t zeros = (119 - length_ % 64) % 64;
  for (size_t i = 0; i < 8; ++i) end[1 + zeros + i] = static_cast<std::byte>(bits >> (56 - 8 * i));
  update(std::span(end).first(1 + zeros + 8));
  Digest digest;
  for (size_t i = 0; i < digest.size(); ++i) digest[i] = static_cast<std::byte>(state_[i / 4] >> (24 - 8 * (i % 4)));
  return digest;
}

Sha256::Digest sha256(std::span<const std::byte> bytes) {
  Sha256 sum;
  sum.update(bytes);
  return sum.finish();
}

std::string hex_text(const Sha256::Digest& digest) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : digest) {
    text += digits[std::to_integer<int>(byte >> 4)];
    text += digits[std::to_integer<int>(byte & std::byte{15})];
  }
  return text;
}

}  // namespace dltrain
