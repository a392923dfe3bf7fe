// dltrain verify: whether checkpoints are what was written, and whether training from one gives the same bits twice.
#include <cstdio>

#include "app/commands.h"
#include "app/experiment.h"
#include "backends/factory.h"
#include "core/files.h"
#include "core/text.h"
#include "training/checkpoint/checkpoint.h"
#include "training/checkpoint/store.h"
#include "training/interrupt.h"
#include "training/model_folder.h"
#include "training/trainer.h"

namespace dltrain::app {

namespace {

std::vector<training::StoredCheckpoint> checkpoints_of(const std::string& path) {
  if (exists(join_path(path, "manifest.json"))) return {{path, 0, 1, {}}};
  std::vector<training::StoredCheckpoint> found = training::list_checkpoints(path);
  if (found.empty())
    throw UserError(ExitCode::model, path, "there are no checkpoints", "name the folder of a run, or of a checkpoint");
  return found;
}

// The states after `steps` steps from a checkpoint.
training::States train_from(const std::string& checkpoint, int64_t steps) {
  models::Spec spec = training::open_model_folder(training::catalogue(), checkpoint).spec;
  spec.train.epochs += steps;  // there is always a next step
  spec.callbacks.clear();
  const auto data = open_data(spec);
  training::Model model(open_program(spec, data->signature()),
                        backends::open_backend(spec.run.device, {static_cast<int>(spec.run.threads)}));
  training::CallbackList none;
  training::Trainer trainer(model, *data, none);
  training::Snapshot snapshot = training::read_checkpoint(checkpoint, model.program());
  trainer.stop_after(snapshot.position.step + steps);
  trainer.restore(std::move(snapshot), checkpoint);
  trainer.fit();
  return training::copy_states(model);
}

ExitCode compare(const std::string& checkpoint, int64_t steps) {
  const training::States first = train_from(checkpoint, steps), second = train_from(checkpoint, steps);
  for (size_t i = 0; i < first.size(); ++i) {
    if (first[i] == second[i]) continue;
    std::printf("replayed %ld steps from %s twice: %s differs\n", static_cast<long>(steps), checkpoint.c_str(),
                quote(first[i].name).c_str());
    return ExitCode::not_met;
  }
  std::printf("replayed %ld steps from %s twice: all %zu states are the same, bit for bit\n", static_cast<long>(steps),
              checkpoint.c_str(), first.size());
  return ExitCode::ok;
}

}  // namespace

ExitCode verify(const VerifyOptions& options, const CommonOptions&) {
  training::watch_signals();
  if (options.replay && *options.replay < 1)
    throw UserError(ExitCode::recipe, "--replay", "takes a number of steps, 1 or more", "write --replay 20");
  std::string newest;
  size_t damaged = 0;
  const auto checkpoints = checkpoints_of(options.run);
  for (const training::StoredCheckpoint& checkpoint : checkpoints) {
    try {
      const training::Manifest manifest = training::verify_checkpoint(checkpoint.path);
      uint64_t bytes = 0;
      for (const training::FileRecord& file : manifest.files) bytes += file.bytes;
      std::printf("%s  good  step %ld, %s, %s\n", checkpoint.path.c_str(), static_cast<long>(manifest.position.step),
                  bytes_text(bytes).c_str(), manifest.created.c_str());
      newest = checkpoint.path;
    } catch (const UserError& error) {
      std::printf("%s  damaged\n", checkpoint.path.c_str());
      std::fprintf(stderr, "%s", error.diagnostics().front().text().c_str());
      ++damaged;
    }
  }
  if (options.replay && !newest.empty()) {
    const ExitCode code = compare(newest, *options.replay);
    if (code != ExitCode::ok) return code;
  }
  return damaged > 0 ? ExitCode::model : ExitCode::ok;
}

}  // namespace dltrain::app
