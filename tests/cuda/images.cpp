// The machine code that the module carries.
#include "backends/cuda/images.h"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <cstring>
#include <set>

namespace dltrain::test {

namespace {

constexpr uint16_t ptx_kind = 1;
constexpr uint16_t machine_code_kind = 2;

template <class T> T read(const std::byte* bytes, size_t offset) {
  T value{};
  std::memcpy(&value, bytes + offset, sizeof value);
  return value;
}

// Architectures of the entries of a kind. The head of a fat binary holds its own size at 6 and that of all entries at 8;
// an entry its kind at 0, the size of its head at 4, that of its contents at 8 and the architecture at 28.
std::set<uint32_t> architectures(const void* image, uint16_t kind) {
  const auto* bytes = static_cast<const std::byte*>(image);
  REQUIRE(read<uint32_t>(bytes, 0) == 0xBA55ED50);
  const std::byte* entry = bytes + read<uint16_t>(bytes, 6);
  const std::byte* const end = entry + read<uint64_t>(bytes, 8);
  std::set<uint32_t> found;
  while (entry < end) {
    if (read<uint16_t>(entry, 0) == kind) found.insert(read<uint32_t>(entry, 28));
    entry += read<uint32_t>(entry, 4) + read<uint64_t>(entry, 8);
  }
  return found;
}

}  // namespace

TEST_CASE("cuda: the module has machine code for every architecture, and PTX for later ones") {
  for (const char* file :
       {"activation", "elementwise", "gather", "norm", "optimizer", "pool", "random", "reduce", "rows", "shapes"}) {
    const void* image = backends::cuda::image_of(file);
    REQUIRE(image != nullptr);
    INFO(file);
    CHECK(architectures(image, machine_code_kind) == std::set<uint32_t>{80, 86, 89, 90, 100, 120});
    CHECK(architectures(image, ptx_kind) == std::set<uint32_t>{120});
  }
  CHECK(backends::cuda::image_of("nothing") == nullptr);
}

}  // namespace dltrain::test
