// dltrain verify: whether checkpoints are what was written, and whether training from one gives the same bits again.
#include <algorithm>
#include <cstdio>
#include <span>

#include "app/command_line/command.h"
#include "app/repeat.h"
#include "core/files.h"
#include "core/text.h"
#include "training/checkpoint/checkpoint.h"
#include "training/checkpoint/store.h"
#include "training/interrupt.h"

namespace dltrain::app {

namespace {

struct VerifyOptions {
  std::string run;
  std::optional<int64_t> replay;
};

std::vector<training::StoredCheckpoint> checkpoints_of(const std::string& path) {
  if (exists(join_path(path, "manifest.json"))) return {{path, 0, 1, {}}};
  std::vector<training::StoredCheckpoint> found = training::list_checkpoints(path);
  if (found.empty())
    throw UserError(ExitCode::model, "no-checkpoint", path, "there are no checkpoints",
                    "name the folder of a run, or of a checkpoint");
  return found;
}

// What `--replay` found, as a line; and what could have led to it.
ExitCode report(const std::string& what, const Repeated& result, const std::string& ending) {
  for (const std::string& change : result.changes) std::fprintf(stderr, "changed: %s\n", change.c_str());
  if (result.differing.empty()) {
    std::printf("%s: all %zu states are %s, bit for bit\n", what.c_str(), result.states, ending.c_str());
    return ExitCode::ok;
  }
  constexpr size_t most = 8;
  const std::span<const std::string> shown(result.differing.data(), std::min(result.differing.size(), most));
  std::printf("%s: not the same: %s%s\n", what.c_str(), join(shown, ", ").c_str(),
              result.differing.size() > most ? ", ..." : "");
  return ExitCode::not_met;
}

std::string steps_text(int64_t steps) { return counted(steps, "step"); }

// From one checkpoint of the run to a later one where two are near enough, else twice from the newest.
ExitCode replay_steps(const std::vector<GoodCheckpoint>& good, int64_t steps) {
  const auto stretch = stretch_within(good, steps);
  if (!stretch) {
    const std::string& newest = good.back().path;
    return report("trained " + steps_text(steps) + " from " + newest + " twice", repeat_twice(newest, steps),
                  "the same");
  }
  const int64_t made = stretch->to.manifest.position.step - stretch->from.manifest.position.step;
  return report(
      "trained " + steps_text(made) + " again from " + stretch->from.path + " to " + file_name(stretch->to.path),
      repeat(*stretch), "those that the run saved");
}

ExitCode verify(const VerifyOptions& options) {
  training::watch_signals();
  if (options.replay && *options.replay < 1)
    throw UserError(ExitCode::recipe, "command-line", "--replay", "takes a number of steps, 1 or more",
                    "write --replay 20");
  std::vector<GoodCheckpoint> good;
  size_t damaged = 0;
  const auto checkpoints = checkpoints_of(options.run);
  for (const training::StoredCheckpoint& checkpoint : checkpoints) {
    try {
      const training::Manifest manifest = training::verify_checkpoint(checkpoint.path);
      uint64_t bytes = 0;
      for (const training::FileRecord& file : manifest.files) bytes += file.bytes;
      std::printf("%s  good  step %ld, %s, %s\n", checkpoint.path.c_str(), static_cast<long>(manifest.position.step),
                  bytes_text(bytes).c_str(), manifest.created.c_str());
      good.push_back({checkpoint.path, manifest});
    } catch (const UserError& error) {
      std::printf("%s  damaged\n", checkpoint.path.c_str());
      std::fprintf(stderr, "%s", error.diagnostics().front().text().c_str());
      ++damaged;
    }
  }
  if (options.replay && !good.empty()) {
    std::fflush(stdout);  // before what may go wrong
    const ExitCode code = replay_steps(good, *options.replay);
    if (code != ExitCode::ok) return code;
  }
  return damaged > 0 ? ExitCode::model : ExitCode::ok;
}

}  // namespace

void register_verify(CommandLine& line) {
  Command& command = line.add(Group::use, "verify", "check every byte of a run's checkpoints");
  VerifyOptions& options = command.values<VerifyOptions>();
  command.argument("RUN", &options.run, "the folder of a run, or of a checkpoint").required();
  command.option("--replay", &options.replay, "N",
                 "also train up to N steps again, from one checkpoint to the next, and compare the bits; where no two "
                 "are so near, N steps twice from the newest");
  command.examples = {"dltrain verify runs/digits/0001", "dltrain verify runs/digits/0001 --replay 20"};
  command.notes = {"Exit code 4 if something is damaged, 10 if the bits differ."};
  command.run = [&options](const CommonOptions&) { return verify(options); };
}

}  // namespace dltrain::app
