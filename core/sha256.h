// SHA-256 (FIPS 180-4): what manifests of checkpoints hold about their files. Uses the processor's own instructions
// where it has them; the result is the same.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace dltrain {

// The digest of bytes that come in parts, in constant memory.
class Sha256 {
 public:
  using Digest = std::array<std::byte, 32>;

  Sha256();
  void update(std::span<const std::byte> bytes);
  // Of all bytes so far. Nothing may follow it.
  Digest finish();

 private:
  std::array<uint32_t, 8> state_;
  std::array<std::byte, 64> block_{};  // the begin of a block that is not complete
  uint64_t length_ = 0;              // bytes so far
};

Sha256::Digest sha256(std::span<const std::byte> bytes);
// 64 small hexadecimal digits, as sha256sum prints them.
std::string hex_text(const Sha256::Digest& digest);

namespace sha256_blocks {

// Takes whole blocks of 64 bytes into the state. `processor` is for processors with the SHA extensions only.
void portable(std::array<uint32_t, 8>& state, const std::byte* blocks, size_t count);
void processor(std::array<uint32_t, 8>& state, const std::byte* blocks, size_t count);
bool processor_can();

}  // namespace sha256_blocks

}  // namespace dltrain
