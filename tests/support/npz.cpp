#include "tests/support/npz.h"

#include <cstring>
#include <stdexcept>
#include <vector>

#include "core/files.h"
#include "formats/gzip/inflate.h"
#include "formats/npy/npy.h"

namespace dltrain::test {

namespace {

using Bytes = std::span<const std::byte>;

template <class T> T number_at(Bytes bytes, size_t offset) {
  T value;
  std::memcpy(&value, bytes.subspan(offset, sizeof(T)).data(), sizeof(T));
  return value;
}

std::vector<std::byte> inflated(Bytes packed, size_t size) {
  std::vector<std::byte> bytes(size);
  std::span<std::byte> room = bytes;
  formats::Inflater inflater(formats::Inflater::Wrapper::none);
  if (inflater.run(packed, room) == formats::Inflater::State::damaged) throw std::runtime_error(inflater.complaint());
  return bytes;
}

}  // namespace

// By the central directory (PKWARE's APPNOTE, sections 4.3.12 and 4.3.16), where sizes and offsets stand in any case.
std::map<std::string, Array> read_npz(const std::string& path) {
  const std::vector<std::byte> file = read_file(path, ExitCode::io);
  const Bytes bytes(file);
  const size_t end = bytes.size() - 22;  // there is no comment
  if (number_at<uint32_t>(bytes, end) != 0x06054b50) throw std::runtime_error(path + " is not an NPZ file");
  std::map<std::string, Array> arrays;
  size_t entry = number_at<uint32_t>(bytes, end + 16);
  for (int count = number_at<uint16_t>(bytes, end + 10); count > 0; --count) {
    const Bytes head = bytes.subspan(entry);
    const auto name_size = number_at<uint16_t>(head, 28);
    const std::string name(reinterpret_cast<const char*>(head.data()) + 46, name_size);
    const Bytes local = bytes.subspan(number_at<uint32_t>(head, 42));
    const size_t start = size_t{30} + number_at<uint16_t>(local, 26) + number_at<uint16_t>(local, 28);
    const Bytes packed = local.subspan(start, number_at<uint32_t>(head, 20));
    const bool deflated = number_at<uint16_t>(head, 10) == 8;
    const auto size = number_at<uint32_t>(head, 24);
    const auto npy = deflated ? inflated(packed, size) : std::vector<std::byte>(packed.begin(), packed.end());
    arrays.emplace(name.substr(0, name.size() - 4), formats::open_npy(formats::memory_stream(npy, name)).read_all());
    entry += size_t{46} + name_size + number_at<uint16_t>(head, 30) + number_at<uint16_t>(head, 32);
  }
  return arrays;
}

}  // namespace dltrain::test
