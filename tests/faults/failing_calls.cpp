// Runs in which the disk fails: a message that names path and cause, a documented exit code, and the last good
// checkpoint intact, so that the run goes on identically when the disk is well again (P3, P5).
#include <algorithm>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "core/text.h"
#include "tests/faults/runs.h"
#include "training/checkpoint/store.h"

namespace dltrain::test {

namespace {

// What a failing call may be to the user: a recipe, data or a checkpoint that cannot be read, or the disk.
bool is_documented(int code) {
  const int codes[] = {0, 2, 3, 4, 5, 8};
  return std::find(std::begin(codes), std::end(codes), code) != std::end(codes);
}

// The newest checkpoint that has its name, whether it is good or not; empty if there is none.
std::string last_named(const RunPlace& place) {
  const auto all = training::list_checkpoints(place.run());
  return all.empty() ? "" : all.back().path;
}

void check_fault(const RunCase& chosen, const std::string& fault) {
  const RunPlace place(chosen);
  const Ended ended = place.go(place.fit(), fault);
  INFO(chosen.name << " with " << fault << ", exit code " << ended.code << ": " << ended.err);
  CHECK(is_documented(ended.code));
  if (ended.code != 0) CHECK(ended.err.find("error[E") != std::string::npos);
  std::vector<std::string> notes;
  const auto found = training::newest_checkpoint(place.run(), notes);
  CHECK(notes.empty());
  CHECK((found ? found->path : "") == last_named(place));
  check_that_it_goes_on(chosen, place, ended.err);
}

}  // namespace

TEST_CASE("a run in which a call fails ends with a message and goes on later") {
  const RunCase& chosen = run_case("mlp-adam");
  const RunPlace counted(chosen);
  REQUIRE(counted.go(counted.fit(), "count=" + counted.file("count")).code == 0);
  const uint64_t all = read_counters(counted.file("count")).all;
  REQUIRE(all > 300);
  const std::vector<std::string> errors = {"ENOSPC", "EIO", "EDQUOT", "EMFILE", "EROFS"};
  const uint64_t every = full_size() ? 1 : all / 30;
  int64_t faults = 0;
  for (uint64_t n = 1; n <= all; n += every) {
    for (size_t i = 0; i < (full_size() ? errors.size() : 1); ++i) {
      const size_t which = full_size() ? 2 * i + n % 2 : n / every % (2 * errors.size());
      check_fault(chosen, "io:all=" + errors[which / 2] + "@" + std::to_string(n) + (which % 2 == 1 ? ",sticky" : ""));
      ++faults;
    }
  }
  tally("P5: runs with failing calls, of which every one went on identically", faults);
}

TEST_CASE("short writes and interrupted calls change nothing") {
  const RunCase& chosen = run_case("mlp-adam");
  const std::vector<std::pair<std::string, faults::Op>> calls = {
      {"short@", faults::Op::write},          {"io:open=EINTR@", faults::Op::open},
      {"io:write=EINTR@", faults::Op::write}, {"io:open_read=EINTR@", faults::Op::open_read},
      {"io:read=EINTR@", faults::Op::read},   {"io:fsync=EINTR@", faults::Op::fsync},
      {"io:close=EINTR@", faults::Op::close}};
  const RunPlace counted(chosen);
  REQUIRE(counted.go(counted.fit(), "count=" + counted.file("count")).code == 0);
  const faults::Counters counters = read_counters(counted.file("count"));
  int64_t faults = 0;
  for (const auto& [call, op] : calls) {
    const uint64_t all = counters.by_op[static_cast<int>(op)];
    for (uint64_t n = 1; n <= all; n += full_size() ? 1 : std::max<uint64_t>(all / 3, 1)) {
      const std::string fault = call + std::to_string(n);
      const RunPlace place(chosen);
      const Ended ended = place.go(place.fit(), fault);
      INFO(fault << ": " << ended.err);
      CHECK(ended.code == 0);
      CHECK(difference(reference(chosen), fingerprint(place.run())) == "");
      ++faults;
    }
  }
  tally("P5: short writes and interrupted calls, each of them once, of which none changed anything", faults);
}

}  // namespace dltrain::test
