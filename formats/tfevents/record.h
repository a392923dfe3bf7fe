// Records of TensorFlow's files: length (8 bytes), masked CRC-32C of the length (4), the payload, masked CRC-32C of the
// payload (4); all little-endian. A file is one record after the other, with nothing around them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace dltrain::formats {

constexpr size_t record_head_size = 12;
constexpr size_t record_foot_size = 4;

// A CRC as records hold it: turned by 15 bits and moved, so that the CRC of data that hold CRCs stays telling.
uint32_t masked_crc32c(std::span<const std::byte> bytes);

void append_record(std::vector<std::byte>& file, std::span<const std::byte> payload);

// The length of the payload, from the first 12 bytes; none if their CRC does not fit.
std::optional<uint64_t> record_length(std::span<const std::byte> head);
// Whether the 4 bytes behind a payload are its CRC.
bool record_intact(std::span<const std::byte> payload, std::span<const std::byte> foot);

}  // namespace dltrain::formats
