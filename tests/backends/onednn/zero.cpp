// Memory made zero by giving pages back: all of it and nothing around it, and none is taken before it is written.
#include <cstring>
#include <fstream>

#include <catch2/catch_test_macros.hpp>

#include "backends/factory.h"
#include "backends/session.h"
#include "tests/support/sanitizer.h"

namespace dltrain::test {

namespace {

// Bytes that this process holds now.
int64_t resident() {
  int64_t all = 0, pages = 0;
  std::ifstream("/proc/self/statm") >> all >> pages;
  return pages * 4096;
}

}  // namespace

TEST_CASE("stretches of every size and place are made zero, and nothing else") {
  const auto backend = backends::open_backend("cpu", {});
  constexpr int64_t room = 5 << 20;
  auto* const memory = static_cast<char*>(backend->allocate(room));
  for (const int64_t begin : {0, 1, 4095, 4096, 4097, 70'000}) {
    for (const int64_t bytes : {1, 4096, 65'535, 65'536, 65'537, 200'001, 2 << 20, (4 << 20) + 3}) {
      INFO(begin << " + " << bytes);
      std::memset(memory, 7, room);
      backend->zero(memory + begin, bytes);
      int64_t zeros = 0;
      for (int64_t i = begin; i < begin + bytes; ++i) zeros += memory[i] == 0 ? 1 : 0;
      int64_t others = 0;
      for (int64_t i = 0; i < room; ++i) others += memory[i] == 7 ? 1 : 0;
      CHECK(zeros == bytes);
      CHECK(others == room - bytes);
    }
  }
  backend->release(memory);
}

TEST_CASE("states that nobody has written take no memory") {
  if (watches_memory) SKIP("the address sanitizer's allocator writes to what it gives");
  backends::Session session(backends::open_backend("cpu", {}));
  constexpr int64_t bytes = int64_t{256} << 20;
  const int64_t before = resident();
  session.create_state({"large", {DType::f32, {bytes / 4}}});
  REQUIRE(before > 0);
  CHECK(resident() - before < bytes / 8);
  CHECK(session.state("large").as<float>()[12'345] == 0);
}

}  // namespace dltrain::test
