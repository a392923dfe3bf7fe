// Files of others, in the folder of a run and around it, stay as they are: whatever the run does, and however it ends
// (P3).
#include <csignal>
#include <filesystem>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "tests/faults/runs.h"
#include "training/checkpoint/store.h"

namespace dltrain::test {

namespace {

const std::vector<std::string> names = {"notes.txt",
                                        "other/run.json",
                                        "other/checkpoints/step-00000002/manifest.json",
                                        "run/notes.txt",
                                        "run/.hidden",
                                        "run/.tmp-1",
                                        "run/run.json.bak",
                                        "run/checkpoints/notes.txt",
                                        "run/checkpoints/mine/step.txt",
                                        "run/checkpoints/.tmp-mine/kept.txt",
                                        "run/checkpoints/.old-mine/kept.txt",
                                        "run/checkpoints/step-of-mine",
                                        "run/model/notes.txt",
                                        "run/failures/notes.txt",
                                        "run/events/notes.txt",
                                        "run/events/events.out.tfevents.1.somebody",
                                        "run/events/train/notes.txt",
                                        "run/events/train/events.out.tfevents.1.somebody",
                                        "run/events/mine/events.out.tfevents.1.somebody"};

void put_files(const RunPlace& place) {
  for (const std::string& name : names) {
    create_directories(parent_path(place.file(name)));
    write_file_durably(place.file(name), "mine: " + name);
  }
  for (const auto& checkpoint : training::list_checkpoints(place.run()))
    write_file_durably(checkpoint.path + "/notes.txt", "mine");
}

int64_t count_of_notes_in_checkpoints(const std::string& run) {
  int64_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(run + "/checkpoints"))
    count += exists(entry.path().string() + "/notes.txt") ? 1 : 0;
  return count;
}

void check_files(const RunPlace& place) {
  for (const std::string& name : names) {
    INFO(name);
    REQUIRE(exists(place.file(name)));
    CHECK(read_text(place.file(name), ExitCode::io) == "mine: " + name);
  }
}

}  // namespace

TEST_CASE("files of others stay as they are") {
  int64_t done = 0;
  for (const char* name : {"cnn-adam", "mlp-sgd-accumulated"}) {
    const RunCase& chosen = run_case(name);
    const RunPlace place(chosen);
    put_files(place);
    // A run that is killed, one whose disk fails, one that a signal ends, and one that goes on and ends; each prunes.
    const std::vector<std::string> faults = {"crash@rename:run/checkpoints/step-*:3,after", "io:fsync=EIO@40,sticky",
                                             "signal:TERM@250", ""};
    int64_t marked = 0;
    for (const std::string& fault : faults) {
      const Ended ended = place.go(place.resume(), fault);
      INFO(name << " with " << fault << ", exit code " << ended.code << ": " << ended.err);
      check_files(place);
      CHECK(count_of_notes_in_checkpoints(place.run()) >= marked);
      put_files(place);
      marked = count_of_notes_in_checkpoints(place.run());
      ++done;
    }
    CHECK(place.go({program_path(), "verify", "run"}).code == 0);
    CHECK(place.go({program_path(), "evaluate", "run"}).code <= 3);
    check_files(place);
    CHECK(count_of_notes_in_checkpoints(place.run()) == marked);
  }
  tally("P3: runs among files of others, all of which stayed as they were", done);
}

}  // namespace dltrain::test
