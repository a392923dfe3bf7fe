// Disks that become full while a run is under way, and files that may not grow: the last good checkpoint and the best
// stay, and the run goes on identically where there is room (P3, P5).
#include <chrono>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "tests/faults/runs.h"
#include "training/checkpoint/checkpoint.h"
#include "training/checkpoint/store.h"

namespace dltrain::test {

namespace {

RunCase longer() {
  RunCase chosen = run_case("mlp-adam");
  chosen.name += "-longer";
  chosen.words = {"--epochs", "60"};
  return chosen;
}

std::string quoted(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += "'" + word + "' ";
  return line;
}

// Good checkpoints, and what was left goes on.
void check_what_is_left(const RunCase& chosen, const RunPlace& place, const Ended& ended) {
  std::vector<std::string> notes;
  const auto found = training::newest_checkpoint(place.run(), notes);
  REQUIRE(found);
  CHECK(notes.empty());
  CHECK(found->path == training::list_checkpoints(place.run()).back().path);
  if (exists(place.run() + "/best")) CHECK_NOTHROW(training::verify_checkpoint(place.run() + "/best"));
  check_that_it_goes_on(chosen, place, ended.err);
}

}  // namespace

TEST_CASE("a disk that becomes full leaves a run that goes on") {
  const RunCase chosen = longer();
  const RunPlace probe(chosen);
  if (Process({"sh", "-c", "mkdir disk && unshare -m mount -t tmpfs -o size=1m tmpfs disk"}, probe.path())
          .wait()
          .code != 0)
    SKIP("mounting is not allowed here");
  constexpr int checkpoint = 26000;  // bytes, about
  const int sizes = sized(6, 100);
  int64_t full = 0;
  // On a busy machine the shell may come too late, when the run is over: then it is tried again.
  for (int i = 0; i < sizes || (full == 0 && i < 5 * sizes); ++i) {
    const RunPlace place(chosen);
    const std::string left = std::to_string(checkpoint * 11 / 10 * (i % sizes) / sizes);
    // The disk is seen by this shell only: what is on it is copied off.
    write_file_durably(
        place.file("fill.sh"),
        "set -e; mount -t tmpfs -o size=8m tmpfs disk; mkdir disk/run; ln -s disk/run run; set +e\n" +
            quoted(place.fit()) +
            "& fit=$!\nwhile [ ! -e disk/run/event-files.txt ] && kill -0 $fit 2>/dev/null; do sleep 0.005; done\n"
            "until ls disk/run/checkpoints/step-* >/dev/null 2>&1 || ! kill -0 $fit 2>/dev/null; do sleep 0.005; done\n"
            "free=$(($(stat -f -c '%a * %S' disk)))\nhead -c $((free > " +
            left + " ? free - " + left +
            " : 0)) /dev/zero > disk/full\nwait $fit; code=$?\nrm run; cp -a disk/run run; exit $code\n");
    const Ended ended = Process({"sh", "-c", "mkdir disk && unshare -m sh fill.sh"}, place.path()).wait();
    INFO(left << " bytes left, exit code " << ended.code << ": " << ended.err);
    CHECK((ended.code == 5 || ended.code == 0));
    if (ended.code == 5) ++full;
    check_what_is_left(chosen, place, ended);
  }
  CHECK(full > 0);
  tally("P3: disks that became full, of which every run went on identically", sizes);
  tally("P3: of these the run ended for it", full);
}

TEST_CASE("files that may not grow leave a run that goes on") {
  const RunCase chosen = longer();
  int64_t done = 0;
  for (int blocks = 1; blocks <= 60; blocks += full_size() ? 1 : 14) {
    const RunPlace place(chosen);
    const Ended ended =
        Process({"sh", "-c", "ulimit -f " + std::to_string(blocks) + "; exec " + quoted(place.fit())}, place.path())
            .wait();
    INFO(blocks << " blocks, exit code " << ended.code << ": " << ended.err);
    CHECK((ended.code == 5 || ended.code == 0));
    ++done;
    if (ended.code == 0 || !training::list_checkpoints(place.run()).empty()) check_what_is_left(chosen, place, ended);
  }
  tally("P5: runs under a limit of the size of files, of which every one went on identically", done);
}

}  // namespace dltrain::test
