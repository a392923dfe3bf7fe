// Commands in which an allocation fails: the message, the exit code for memory, no crash, and a run that goes on (P9).
#include <algorithm>
#include <filesystem>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "tests/faults/runs.h"
#include "training/checkpoint/store.h"

namespace dltrain::test {

namespace {

// What is done, in a folder where `before` has been.
struct Work {
  const char* name;
  bool begun;     // whether a run that was killed is there
  bool finished;  // whether a whole run is there
  std::vector<std::string> words;
};

std::vector<Work> works() {
  const std::string program = program_path();
  return {{"fit", false, false, {program, "--quiet", "fit", "recipe.toml", "--run", "run"}},
          {"resume", true, false, {program, "--quiet", "resume", "run"}},
          {"verify", false, true, {program, "verify", "run", "--replay", "2"}},
          {"predict", false, true, {program, "predict", "run", "--input", "mlp.npz", "--output", "out.csv"}}};
}

void prepare(const RunPlace& place, const Work& work) {
  if (work.begun) REQUIRE(place.go(place.fit(), "crash@rename:run/checkpoints/step-*:2,after").code == 128 + 9);
  if (work.finished) REQUIRE(place.go(place.fit()).code == 0);
}

// Points in the whole of a command: `floor` is the size of the smallest allocation that counts.
uint64_t count_of(const Work& work, const std::string& floor) {
  const RunPlace counted(run_case("mlp-adam"));
  prepare(counted, work);
  const Ended ended = counted.go(work.words, floor + "count=" + counted.file("count"));
  INFO(work.name << ": " << ended.err);
  REQUIRE(ended.code == 0);
  return read_counters(counted.file("count")).allocations;
}

int64_t check_points(const Work& work, const std::string& floor, int points) {
  const uint64_t all = count_of(work, floor);
  const uint64_t every = std::max<uint64_t>(1, all / static_cast<uint64_t>(points));
  const RunPlace prepared(run_case("mlp-adam"));
  prepare(prepared, work);
  int64_t faults = 0;
  for (uint64_t n = 1; n <= all; n += every) {
    const RunPlace place(run_case("mlp-adam"));
    if (is_directory(prepared.run()))
      std::filesystem::copy(prepared.run(), place.run(),
                            std::filesystem::copy_options::recursive | std::filesystem::copy_options::copy_symlinks);
    const std::string fault = floor + "alloc@" + std::to_string(n);
    const Ended ended = place.go(work.words, fault);
    INFO(work.name << " with " << fault << " of " << all << ", exit code " << ended.code << ": " << ended.err);
    CHECK((ended.code == 7 || ended.code == 0));  // some are done without
    if (ended.code == 7) CHECK(ended.err.find("memory") != std::string::npos);
    if (++faults % 10 == 0 && !work.finished) check_that_it_goes_on(run_case("mlp-adam"), place);
  }
  return faults;
}

}  // namespace

TEST_CASE("a command in which an allocation fails ends with a message, and the run goes on later") {
  int64_t faults = 0;
  for (const Work& work : works()) {
    faults += check_points(work, "floor=1000;", sized(20, 600));
    faults += check_points(work, "", sized(60, 850));
  }
  tally("P9: failing allocations, of which none ended in a crash", faults);
}

}  // namespace dltrain::test
