// One process works in the folder of a run (P10), and takes away nothing that is not its own (P3).
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
  for (int round = 0; round < sized(1, 20); ++round) {
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
  tally("processes that started at once on one run, sixteen at a time, of which one got it", sized(1, 20) * 16);
}

TEST_CASE("files of others in the folder of a run stay as they are") {
  const RunCase& chosen = run_case("cnn-adam");
  const RunPlace place(chosen);
  // A run that is killed, with files of others beside everything that it will write, rename or remove.
  REQUIRE(place.go(place.fit(), "crash@rename:run/checkpoints/step-*:3,after").code == 128 + SIGKILL);
  const std::vector<std::string> names = {"notes.txt",
                                          ".hidden",
                                          "checkpoints/notes.txt",
                                          "checkpoints/mine/step.txt",
                                          "checkpoints/.tmp-mine/kept.txt",
                                          "checkpoints/step-of-mine",
                                          "model/notes.txt",
                                          "events/notes.txt",
                                          "events/train/notes.txt"};
  for (const std::string& name : names) {
    create_directories(parent_path(place.run() + "/" + name));
    write_file_durably(place.run() + "/" + name, "mine: " + name);
  }
  for (const auto& checkpoint : training::list_checkpoints(place.run()))
    write_file_durably(checkpoint.path + "/notes.txt", "mine");
  const size_t marked = training::list_checkpoints(place.run()).size();
  REQUIRE(place.go(place.resume()).code == 0);
  for (const std::string& name : names) {
    INFO(name);
    REQUIRE(exists(place.run() + "/" + name));
    CHECK(read_text(place.run() + "/" + name, ExitCode::io) == "mine: " + name);
  }
  size_t kept = 0;
  for (const std::string& name : list_directory(place.run() + "/checkpoints", ExitCode::io)) {
    if (exists(place.run() + "/checkpoints/" + name + "/notes.txt")) ++kept;
  }
  CHECK(kept == marked);
}

}  // namespace dltrain::test
