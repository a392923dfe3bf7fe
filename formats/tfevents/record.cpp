#include "formats/tfevents/record.h"

#include <bit>
#include <cstring>

#include "formats/tfevents/crc32c.h"

namespace dltrain::formats {

namespace {

static_assert(std::endian::native == std::endian::little);

template <class T> void append(std::vector<std::byte>& file, T value) {
  const size_t at = file.size();
  file.resize(at + sizeof value);
  std::memcpy(file.data() + at, &value, sizeof value);
}

template <class T> T read(std::span<const std::byte> bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

}  // namespace

uint32_t masked_crc32c(std::span<const std::byte> bytes) { return std::rotr(crc32c(bytes), 15) + 0xa282ead8U; }

void append_record(std::vector<std::byte>& file, std::span<const std::byte> payload) {
  const uint64_t length = payload.size();
  append(file, length);
  append(file, masked_crc32c(std::as_bytes(std::span(&length, 1))));
  file.insert(file.end(), payload.begin(), payload.end());
  append(file, masked_crc32c(payload));
}

std::optional<uint64_t> record_length(std::span<const std::byte> head) {
  if (masked_crc32c(head.first(8)) != read<uint32_t>(head.subspan(8))) return std::nullopt;
  return read<uint64_t>(head);
}

bool record_intact(std::span<const std::byte> payload, std::span<const std::byte> foot) {
  return masked_crc32c(payload) == read<uint32_t>(foot);
}

}  // namespace dltrain::formats
