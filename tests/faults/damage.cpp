// Damaged checkpoints: none is accepted, the one before is used, and it is said (P4).
#include <random>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "core/text.h"
#include "tests/faults/runs.h"
#include "training/checkpoint/store.h"

namespace dltrain::test {

namespace {

// A finished run with two checkpoints or more.
struct FinishedRun {
  FinishedRun() {
    REQUIRE(place.go(place.fit()).code == 0);
    const auto all = training::list_checkpoints(place.run());
    REQUIRE(all.size() >= 2);
    newest = all.back().path;
    before = all[all.size() - 2].path;
  }
  RunPlace place{run_case("mlp-adam")};
  std::string newest, before;
};

void put(const std::string& path, std::string_view bytes) {
  OutputFile file(path, OutputFile::Mode::truncate);
  file.write(bytes);
  file.close();
}

// The newest checkpoint is refused by name and the one before is taken.
bool falls_back(const FinishedRun& run, std::string& said) {
  std::vector<std::string> notes;
  const auto found = training::newest_checkpoint(run.place.run(), notes);
  said = notes.empty() ? "nothing" : notes.front();
  return found && found->path == run.before && notes.size() == 1 && notes.front().find(run.newest) != std::string::npos;
}

}  // namespace

TEST_CASE("a checkpoint cut off anywhere is not used") {
  const FinishedRun run;
  int64_t cuts = 0, accepted = 0;
  for (const std::string& name : list_directory(run.newest, ExitCode::io)) {
    const std::string path = run.newest + "/" + name;
    const std::string whole = read_text(path, ExitCode::io);
    for (size_t size = 0; size < whole.size(); size += full_size() ? 1 : 67) {
      put(path, std::string_view(whole).substr(0, size));
      std::string said;
      ++cuts;
      if (falls_back(run, said)) continue;
      ++accepted;
      FAIL_CHECK(name << " with " << size << " of " << whole.size() << " bytes: " << said);
    }
    put(path, whole);
  }
  CHECK(cuts > 200);
  CHECK(accepted == 0);
  std::vector<std::string> notes;
  CHECK(training::newest_checkpoint(run.place.run(), notes)->path == run.newest);
  tally("P4: checkpoints cut off, one at every byte in the full size, of which none was accepted", cuts);
}

TEST_CASE("a checkpoint with a changed bit is not used") {
  const FinishedRun run;
  std::map<std::string, std::string> files;
  for (const std::string& name : list_directory(run.newest, ExitCode::io))
    files[name] = read_text(run.newest + "/" + name, ExitCode::io);
  std::mt19937_64 random(99);
  const int flips = sized(1000, 10000);
  for (int i = 0; i < flips; ++i) {
    // Each file gets its share: the small ones would hardly ever be met.
    auto chosen = files.begin();
    std::advance(chosen, random() % files.size());
    std::string damaged = chosen->second;
    const size_t at = random() % damaged.size();
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << random() % 8));
    put(run.newest + "/" + chosen->first, damaged);
    std::string said;
    if (!falls_back(run, said)) FAIL_CHECK("a bit of " << chosen->first << " at " << at << ": " << said);
    put(run.newest + "/" + chosen->first, chosen->second);
  }
  tally("P4: flipped bits, of which none was accepted", flips);
}

TEST_CASE("a checkpoint with other bytes in a row is not used") {
  const FinishedRun run;
  std::mt19937_64 random(7);
  const std::vector<std::string> names = list_directory(run.newest, ExitCode::io);
  const int all = sized(200, 1000);
  for (int i = 0; i < all; ++i) {
    const std::string path = run.newest + "/" + names[random() % names.size()];
    const std::string whole = read_text(path, ExitCode::io);
    std::string damaged = whole;
    const size_t at = random() % whole.size(), count = std::min<size_t>(1 + random() % 4096, whole.size() - at);
    for (size_t k = 0; k < count; ++k) damaged[at + k] = static_cast<char>(random());
    if (damaged == whole) damaged[at] = static_cast<char>(~damaged[at]);
    put(path, damaged);
    std::string said;
    if (!falls_back(run, said)) FAIL_CHECK(count << " bytes of " << path << " at " << at << ": " << said);
    put(path, whole);
  }
  tally("P4: runs of random bytes over a checkpoint, of which none was accepted", all);
}

TEST_CASE("damaged files of weights from elsewhere are refused, or are what their bytes say") {
  const FinishedRun run;
  const RunPlace place(run_case("mlp-adam"));
  const std::string whole = read_text(run.newest + "/model.weights.h5", ExitCode::io);
  std::mt19937_64 random(11);
  const int flips = sized(30, 2000), cuts = sized(10, 1000);
  int64_t refused = 0;
  for (int i = 0; i < flips + cuts; ++i) {
    std::string damaged = whole;
    const size_t at = random() % whole.size();
    if (i < flips) damaged[at] = static_cast<char>(damaged[at] ^ (1 << random() % 8));
    else damaged.resize(at);
    put(place.file("given.weights.h5"), damaged);
    const RunPlace& folder = place;
    const Ended ended = folder.go({program_path(), "--quiet", "fit", "recipe.toml", "--run", "run" + std::to_string(i),
                                   "--epochs", "1", "--init-from", "given.weights.h5"});
    INFO((i < flips ? "a bit at " : "cut off at ") << at << ", exit code " << ended.code << ": " << ended.err);
    // A changed weight is another weight; one that is not finite, or so large that the loss is not, ends the run.
    CHECK((ended.code == 4 || ended.code == 6 || (ended.code == 0 && i < flips)));
    if (ended.code == 4) ++refused;
  }
  CHECK(refused >= cuts);
  tally("P4: damaged files of weights from elsewhere, of which none crashed the program", flips + cuts);
}

TEST_CASE("zeros, missing files and files of another checkpoint are not used") {
  const FinishedRun run;
  for (const std::string& name : list_directory(run.newest, ExitCode::io)) {
    INFO(name);
    const std::string path = run.newest + "/" + name;
    const std::string whole = read_text(path, ExitCode::io);
    std::string said;
    put(path, std::string(whole.size(), '\0'));
    CHECK(falls_back(run, said));
    remove_file(path);
    CHECK(falls_back(run, said));
    // Recipe and contract are the same in all checkpoints.
    if (const std::string other = read_text(run.before + "/" + name, ExitCode::io);
        other != whole && name != "manifest.json") {
      put(path, other);
      CHECK(falls_back(run, said));
    }
    put(path, whole);
  }
}

TEST_CASE("the program says which checkpoint is damaged, and ends as it would have") {
  const RunCase& chosen = run_case("mlp-adam");
  const RunPlace place(chosen);
  REQUIRE(place.go(place.fit(), "crash@rename:run/checkpoints/step-*:2,after").code == 128 + 9);
  const auto all = training::list_checkpoints(place.run());
  REQUIRE(all.size() >= 2);
  put(all.back().path + "/training.safetensors", "nothing");
  const Ended ended = place.go(place.resume());
  INFO(ended.err);
  CHECK(ended.code == 0);
  CHECK(ended.err.find(file_name(all.back().path)) != std::string::npos);
  CHECK(difference(reference(chosen), fingerprint(place.run())) == "");
}

TEST_CASE("without a good checkpoint nothing is overwritten") {
  const RunPlace place(run_case("mlp-adam"));
  REQUIRE(place.go(place.fit(), "crash@rename:run/checkpoints/step-*:2,after").code == 128 + 9);
  for (const auto& checkpoint : training::list_checkpoints(place.run()))
    put(checkpoint.path + "/model.weights.h5", "nothing");
  const std::string history =
      exists(place.file("run/history.csv")) ? read_text(place.file("run/history.csv"), ExitCode::io) : "";
  const Ended ended = place.go({program_path(), "resume", "run"});
  INFO(ended.err);
  CHECK(ended.code == 4);
  CHECK(read_text(place.file("run/history.csv"), ExitCode::io) == history);
}

}  // namespace dltrain::test
