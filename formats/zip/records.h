// Signatures and fields of ZIP records, little-endian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

namespace dltrain::formats::zip {

constexpr uint32_t local_header = 0x04034b50;
constexpr uint32_t central_header = 0x02014b50;
constexpr uint32_t end_record = 0x06054b50;
constexpr uint32_t end_record_64 = 0x06064b50;
constexpr uint32_t end_locator_64 = 0x07064b50;
constexpr uint16_t extra_64 = 1;
constexpr uint32_t in_extra = 0xffffffff;  // the value stands in the ZIP64 extra field

constexpr size_t local_size = 30;
constexpr size_t central_size = 46;
constexpr size_t end_size = 22;
constexpr size_t end_size_64 = 56;
constexpr size_t locator_size_64 = 20;

// The number at `offset`, which lies inside.
template <class T> T number(std::span<const std::byte> bytes, size_t offset) {
  T value;
  std::memcpy(&value, bytes.subspan(offset, sizeof(T)).data(), sizeof(T));
  return value;
}

template <class T> void append(std::string& bytes, T value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

}  // namespace dltrain::formats::zip
