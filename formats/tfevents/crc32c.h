// CRC-32C (Castagnoli): polynomial 0x1EDC6F41, reflected, initial value and final xor all ones, as in iSCSI (RFC 3720,
// appendix B.4). Uses the processor's own instruction where it has one; the result is the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace dltrain::formats {

uint32_t crc32c(std::span<const std::byte> bytes);

namespace crc32c_parts {

// Takes bytes into a register that began with all ones and is complemented at the end. `processor` is for processors
// with SSE4.2 only.
uint32_t portable(uint32_t state, std::span<const std::byte> bytes);
uint32_t processor(uint32_t state, std::span<const std::byte> bytes);
bool processor_can();

}  // namespace crc32c_parts

}  // namespace dltrain::formats
