// Runs in which an allocation fails: the message, the exit code for memory, no crash, and a run that goes on (P9).
#include <algorithm>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "tests/faults/runs.h"

namespace dltrain::test {

namespace {

// Where memory runs out it is for something larger than the text of an attribute.
const std::string floor = "floor=1000;";

}  // namespace

TEST_CASE("a run in which an allocation fails ends with a message and goes on later") {
  const RunCase& chosen = run_case("mlp-adam");
  const RunPlace counted(chosen);
  REQUIRE(counted.go(counted.fit(), floor + "count=" + counted.file("count")).code == 0);
  const uint64_t all = read_counters(counted.file("count")).allocations;
  REQUIRE(all > 300);
  const uint64_t every = std::max<uint64_t>(1, all / static_cast<uint64_t>(sized(50, 5000)));
  int64_t faults = 0;
  for (uint64_t n = 1; n <= all; n += every) {
    const RunPlace place(chosen);
    const Ended ended = place.go(place.fit(), floor + "alloc@" + std::to_string(n));
    INFO("allocation " << n << " of " << all << " failed, exit code " << ended.code << ": " << ended.err);
    CHECK((ended.code == 7 || ended.code == 0));  // some are done without
    if (ended.code == 7) CHECK(ended.err.find("memory") != std::string::npos);
    ++faults;
    if (faults % 5 != 0) continue;
    const Ended after = place.go(place.resume());
    INFO(after.err);
    REQUIRE(after.code == 0);
    CHECK(difference(reference(chosen), fingerprint(place.run())) == "");
  }
  tally("failing allocations, of which none ended in a crash", faults);
}

}  // namespace dltrain::test
