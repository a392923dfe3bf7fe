#include "formats/tfevents/scalars.h"

#include <cstring>

namespace dltrain::formats {

namespace {

// Field numbers and wire types are those of module/proto/*.proto.
constexpr std::string_view tensor_before_value("\x42\x0a\x08\x01\x12\x00\x22\x04",
                                               8);  // tensor { float, scalar, 4 bytes
constexpr std::string_view metadata("\x4a\x0b\x0a\x09\x0a\x07scalars", 13);
constexpr std::byte wall_time_field{0x09}, step_field{0x10}, summary_field{0x2a}, value_field{0x0a}, tag_field{0x0a};

size_t varint_size(uint64_t value) {
  size_t size = 1;
  for (; value >= 0x80; value >>= 7) ++size;
  return size;
}

// Fills memory that is large enough.
struct Cursor {
  std::byte* at;

  void put(std::byte byte) { *at++ = byte; }
  void put(const void* bytes, size_t size) {
    std::memcpy(at, bytes, size);
    at += size;
  }
  void put(std::string_view text) { put(text.data(), text.size()); }
  void varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) put(static_cast<std::byte>(value | 0x80));
    put(static_cast<std::byte>(value));
  }
};

size_t value_size(const NamedScalar& scalar) {
  const size_t tag = scalar.tag.size();
  return (tag == 0 ? 0 : 1 + varint_size(tag) + tag) + tensor_before_value.size() + sizeof(float) + metadata.size();
}

}  // namespace

void encode_scalars(double wall_time, int64_t step, std::span<const NamedScalar> scalars,
                    std::vector<std::byte>& payload) {
  const auto bits = static_cast<uint64_t>(step);
  size_t summary = 0;
  for (const NamedScalar& scalar : scalars) summary += 1 + varint_size(value_size(scalar)) + value_size(scalar);
  const bool has_time = wall_time != 0, has_values = !scalars.empty();  // what is zero or empty is not written
  payload.resize((has_time ? 1 + sizeof wall_time : 0) + (step != 0 ? 1 + varint_size(bits) : 0) +
                 (has_values ? 1 + varint_size(summary) + summary : 0));
  Cursor out{payload.data()};
  if (has_time) {
    out.put(wall_time_field);
    out.put(&wall_time, sizeof wall_time);
  }
  if (step != 0) {
    out.put(step_field);
    out.varint(bits);
  }
  if (!has_values) return;
  out.put(summary_field);
  out.varint(summary);
  for (const NamedScalar& scalar : scalars) {
    out.put(value_field);
    out.varint(value_size(scalar));
    if (!scalar.tag.empty()) {
      out.put(tag_field);
      out.varint(scalar.tag.size());
      out.put(scalar.tag);
    }
    out.put(tensor_before_value);
    const auto value = static_cast<float>(scalar.value);
    out.put(&value, sizeof value);
    out.put(metadata);
  }
}

}  // namespace dltrain::formats
