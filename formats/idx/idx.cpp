#include "formats/idx/idx.h"

#include <array>

#include "core/diagnostic.h"

namespace dltrain::formats {

namespace {

[[noreturn]] void refuse(const ByteStream& stream, const std::string& what) {
  throw UserError(stream.meaning(), "unreadable-file", stream.path(), what,
                  "an IDX file begins 00 00, a type (08 to 0e) and a rank");
}

ElementType element_type(const ByteStream& stream, unsigned code) {
  switch (code) {
    case 0x08: return ElementType::u8;
    case 0x09: return ElementType::i8;
    case 0x0b: return ElementType::i16;
    case 0x0c: return ElementType::i32;
    case 0x0d: return ElementType::f32;
    case 0x0e: return ElementType::f64;
    default: refuse(stream, "is not an IDX file (its type is " + std::to_string(code) + ")");
  }
}

}  // namespace

ArrayStream open_idx(std::unique_ptr<ByteStream> stream) {
  std::array<std::byte, 4> magic;
  if (stream->read(magic) < magic.size()) refuse(*stream, "is too short for an IDX file");
  if (magic[0] != std::byte{0} || magic[1] != std::byte{0})
    refuse(*stream, "is not an IDX file (it does not begin with two zero bytes)");
  ArrayLayout layout{
      .type = element_type(*stream, std::to_integer<unsigned>(magic[2])), .shape = {}, .big_endian = true};
  const unsigned rank = std::to_integer<unsigned>(magic[3]);
  constexpr unsigned most_rank = 8;
  if (rank == 0 || rank > most_rank) refuse(*stream, "is not an IDX file (its rank is " + std::to_string(rank) + ")");
  std::vector<int64_t> sizes;
  for (unsigned axis = 0; axis < rank; ++axis) {
    std::array<std::byte, 4> size;
    if (stream->read(size) < size.size()) refuse(*stream, "ends within its header");
    int64_t value = 0;
    for (const std::byte byte : size) value = value << 8 | std::to_integer<int64_t>(byte);
    sizes.push_back(value);
  }
  layout.shape = Shape(std::move(sizes));
  return {std::move(stream), std::move(layout), 4 + 4 * uint64_t{rank}};
}

ArrayStream open_idx(const std::string& path) { return open_idx(open_stream(path)); }

Array read_idx(const std::string& path) { return open_idx(path).read_all(); }

}  // namespace dltrain::formats
