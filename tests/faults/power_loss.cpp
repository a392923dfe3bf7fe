// Losses of power while checkpoints are written: once one was announced there is always one that can be loaded, and it
// is one that the run wrote, not a mixture (P1).
#include <set>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "tests/faults/disk.h"
#include "tests/faults/recording.h"
#include "tests/faults/runs.h"
#include "training/checkpoint/checkpoint.h"
#include "training/checkpoint/store.h"

namespace dltrain::test {

namespace {

using faults::Logged;

// Follows the log and knows which checkpoints the run may rely on: those that have their name, on the disk.
class Announced {
 public:
  void follow(const Operation& operation) {
    if (operation.what == Logged::rename && parent_path(operation.second) == "run/checkpoints" &&
        file_name(operation.second).starts_with("step-")) {
      named_ = file_name(operation.second);
    }
    if (operation.what == Logged::sync && operation.path == "run/checkpoints" && !named_.empty()) newest_ = named_;
  }
  const std::string& newest() const { return newest_; }

 private:
  std::string named_, newest_;
};

// The manifests that the run wrote: whatever is loaded must have one of them, and its sums tell the rest.
std::set<std::string> written_manifests(const std::vector<Operation>& log) {
  std::map<std::string, std::string> texts;
  for (const Operation& operation : log) {
    if (operation.what == Logged::write && operation.path.ends_with("/manifest.json"))
      texts[operation.path] += operation.bytes;
  }
  std::set<std::string> manifests;
  for (const auto& [path, text] : texts) manifests.insert(text);
  return manifests;
}

// Folders and checkpoints: logs have tests of their own.
bool matters(const Operation& operation) {
  const std::string& path = operation.path;
  return path == "" || path == "run" || path == "run/checkpoints" || path.starts_with("run/checkpoints/");
}

struct States {
  int64_t all = 0, loaded = 0, fell_back = 0;
};

void check_state(const DiskImage& image, const std::set<std::string>& manifests, const std::string& announced,
                 States& states) {
  const TemporaryFolder folder;
  image.place(folder.path());
  ++states.all;
  std::vector<std::string> notes;
  const auto found = training::newest_checkpoint(folder.file("run"), notes);
  if (!announced.empty()) {
    REQUIRE(found);
    CHECK(file_name(found->path) >= announced);
  }
  if (!found) return;
  ++states.loaded;
  if (!notes.empty()) ++states.fell_back;
  CHECK(manifests.contains(read_text(found->path + "/manifest.json", ExitCode::io)));
}

}  // namespace

TEST_CASE("after every loss of power there is a checkpoint that can be loaded") {
  // Checkpoints are skipped while others are written: it takes many epochs to have some. Few other logs, for speed.
  RunCase chosen = run_case("cnn-adam");
  const std::string often = "log_every = 1\n";
  chosen.recipe.replace(chosen.recipe.find(often), often.size(), "log_every = 1000\n");
  chosen.words = {"--epochs", full_size() ? "500" : "150"};
  const RunPlace place(chosen);
  REQUIRE(place.go(place.fit(), "record=" + place.file("log")).code == 0);
  std::vector<Operation> log = read_recording(place.file("log"));
  std::erase_if(log, [](const Operation& operation) { return !matters(operation); });
  const std::set<std::string> manifests = written_manifests(log);
  REQUIRE(manifests.size() >= (full_size() ? 10 : 3));
  const uint64_t random_states = full_size() ? 20 : 1;
  Disk disk;
  Announced announced;
  States states;
  for (size_t i = 0; i < log.size(); ++i) {
    disk.apply(log[i]);
    announced.follow(log[i]);
    if (!full_size() && i % 3 != 0) continue;
    INFO("after operation " << i << ": " << log[i].text() << ", announced: " << announced.newest());
    using Kind = Survivors::Kind;
    for (const Kind kind : {Kind::none, Kind::all, Kind::names_only})
      check_state(disk.after_power_loss({kind, 0}), manifests, announced.newest(), states);
    for (uint64_t seed = 0; seed < random_states; ++seed) {
      for (const Kind kind : {Kind::random, Kind::torn})
        check_state(disk.after_power_loss({kind, i * 100 + seed}), manifests, announced.newest(), states);
    }
  }
  CHECK_FALSE(announced.newest().empty());
  CHECK(states.loaded > states.all / 2);
  tally("P1: states after a loss of power, of which every one had a good checkpoint once one was announced",
        states.all);
}

}  // namespace dltrain::test
