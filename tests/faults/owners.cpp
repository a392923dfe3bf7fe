// One process works in the folder of a run (P10).
#include <chrono>
#include <csignal>
#include <memory>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "core/folder_lock.h"
#include "tests/faults/runs.h"
#include "training/checkpoint/store.h"

namespace dltrain::test {

namespace {

using namespace std::chrono_literals;

// A case that would run for hours.
RunCase endless() {
  RunCase chosen = run_case("mlp-sgd");
  chosen.words = {"--epochs", "1000000"};
  return chosen;
}

void wait_for_a_checkpoint(const RunPlace& place) {
  for (int i = 0; i < 600; ++i) {
    if (!training::list_checkpoints(place.run()).empty()) return;
    std::this_thread::sleep_for(20ms);
  }
  FAIL("no checkpoint within 12 s");
}

}  // namespace

TEST_CASE("a second process on a run is refused with the owner's number") {
  const RunCase chosen = endless();
  const RunPlace place(chosen);
  Process owner(place.fit(), place.path());
  wait_for_a_checkpoint(place);
  for (const std::vector<std::string>& words : {place.resume(), {program_path(), "resume", "run"}}) {
    const Ended refused = place.go(words);
    INFO(refused.err);
    CHECK(refused.code == 9);
    CHECK(refused.err.find("process " + std::to_string(owner.id())) != std::string::npos);
  }
  CHECK(owner.running());
  owner.send(SIGKILL);
  owner.wait();
  // A dead owner's lock is no hindrance.
  CHECK_FALSE(FolderLock::owner(place.run()));
  Process heir(place.resume(), place.path());
  for (int i = 0; i < 600 && !FolderLock::owner(place.run()); ++i) std::this_thread::sleep_for(20ms);
  REQUIRE(FolderLock::owner(place.run()));
  CHECK(FolderLock::owner(place.run())->process == std::to_string(heir.id()));
}

TEST_CASE("of 16 processes that start at once, one gets the run") {
  const RunCase chosen = endless();
  for (int round = 0; round < sized(1, 100); ++round) {
    const RunPlace place(chosen);
    {
      Process first(place.fit(), place.path());
      wait_for_a_checkpoint(place);
      first.send(SIGKILL);
      first.wait();
    }
    std::vector<std::unique_ptr<Process>> all;
    for (int i = 0; i < 16; ++i) all.push_back(std::make_unique<Process>(place.resume(), place.path()));
    int running = 16;
    for (int i = 0; i < 1000 && running > 1; ++i) {
      std::this_thread::sleep_for(20ms);
      running = 0;
      for (auto& process : all) running += process->running() ? 1 : 0;
    }
    CHECK(running == 1);
    for (auto& process : all) {
      if (process->running()) continue;
      const Ended ended = process->wait();
      INFO(ended.err);
      CHECK(ended.code == 9);
    }
  }
  tally("P10: rounds of 16 processes that go on with one run at once, of which one got it", sized(1, 100));
}

TEST_CASE("processes that begin at once share no folder") {
  const RunCase& chosen = run_case("mlp-sgd");
  for (const int count : {2, 16}) {
    const int rounds = sized(2, 100);
    for (int round = 0; round < rounds; ++round) {
      const RunPlace place(chosen);
      const bool named = round % 2 == 0;
      std::vector<std::string> words = place.fit();
      if (!named) words.erase(words.end() - 2, words.end());  // --run run
      std::vector<std::unique_ptr<Process>> all;
      for (int i = 0; i < count; ++i) all.push_back(std::make_unique<Process>(words, place.path()));
      int done = 0;
      for (auto& process : all) {
        const Ended ended = process->wait();
        INFO(ended.err);
        if (ended.code == 0) ++done;
        else CHECK((named && (ended.code == 9 || ended.code == 5)));  // owned, or there already
      }
      CHECK(done == (named ? 1 : count));
      if (named) CHECK(difference(reference(chosen), fingerprint(place.run())) == "");
      else CHECK(list_directory(place.file("runs/recipe"), ExitCode::io).size() == static_cast<size_t>(count));
    }
    tally("P10: rounds of " + std::to_string(count) + " processes that begin at once, none in the folder of another",
          rounds);
  }
}

}  // namespace dltrain::test
