// Offsets of pieces of memory, few and many: nothing that lives at the same time overlaps, and not much is lost.
#include "graph/lifetimes.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <map>

#include "core/random.h"

namespace dltrain::test {

namespace {

using graph::Lifetime;

// Like a network: values that live until the way back, and short ones in between.
std::vector<Lifetime> network(int64_t steps) {
  const RandomStream random(3, 1);
  std::vector<Lifetime> lives;
  for (int64_t i = 0; i < steps; ++i) {
    const auto at = static_cast<uint64_t>(i);
    const auto bytes = 64 * (1 + static_cast<int64_t>(20 * random.uniform(0, at)));
    const bool is_long = random.uniform(1, at) < 0.3 && i < steps / 2;
    const int64_t last = is_long ? steps - i : i + static_cast<int64_t>(3 * random.uniform(2, at));
    lives.push_back({bytes, static_cast<int32_t>(i), static_cast<int32_t>(std::min(last, steps))});
  }
  return lives;
}

// The most bytes that live at one time, and the first two that overlap: what is alive is kept by offset.
struct Swept {
  int64_t most = 0;
  std::string overlap;
};
Swept sweep(const std::vector<Lifetime>& lives) {
  std::multimap<int32_t, size_t> ends;
  std::map<int64_t, int64_t> alive;  // end by offset
  Swept swept;
  int64_t bytes = 0;
  for (size_t i = 0; i < lives.size(); ++i) {  // in the order in which they begin
    while (!ends.empty() && ends.begin()->first < lives[i].first) {
      const Lifetime& over = lives[ends.begin()->second];
      alive.erase(over.offset);
      bytes -= over.bytes;
      ends.erase(ends.begin());
    }
    const auto next = alive.lower_bound(lives[i].offset);
    const bool before = next != alive.begin() && std::prev(next)->second > lives[i].offset;
    const bool behind = next != alive.end() && next->first < lives[i].offset + lives[i].bytes;
    if (before || behind) swept.overlap = "piece " + std::to_string(i);
    alive[lives[i].offset] = lives[i].offset + lives[i].bytes;
    ends.emplace(lives[i].last, i);
    bytes += lives[i].bytes;
    swept.most = std::max(swept.most, bytes);
  }
  return swept;
}

}  // namespace

TEST_CASE("pieces that live at the same time do not overlap") {
  const int64_t steps = GENERATE(1, 2, 50, 3000, 16384, 16385, 100000);
  INFO(steps << " pieces");
  std::vector<Lifetime> lives = network(steps);
  const int64_t bytes = graph::assign_offsets(lives);
  const Swept swept = sweep(lives);
  CHECK(swept.overlap.empty());
  CHECK(bytes >= swept.most);
  CHECK(static_cast<double>(bytes) <= 1.25 * static_cast<double>(swept.most));
  for (const Lifetime& life : lives) REQUIRE((life.offset >= 0 && life.offset + life.bytes <= bytes));
  std::vector<Lifetime> again = network(steps);
  CHECK(graph::assign_offsets(again) == bytes);
}

TEST_CASE("a hole is used again, and one at the end grows") {
  std::vector<Lifetime> lives(20000, {64, 0, 0});
  for (size_t i = 0; i < lives.size(); ++i) lives[i].first = lives[i].last = static_cast<int32_t>(i);
  CHECK(graph::assign_offsets(lives) == 64);
  for (size_t i = 0; i < lives.size(); ++i) lives[i].bytes = i % 2 == 0 ? 64 : 128;
  CHECK(graph::assign_offsets(lives) == 128);
}

}  // namespace dltrain::test
