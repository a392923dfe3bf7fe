// dltrain replay: a failed step once more, kernel by kernel, until the first number that is not finite.
#include <algorithm>
#include <cstdio>

#include "app/command_line/command.h"
#include "app/experiment.h"
#include "core/files.h"
#include "formats/json/json.h"
#include "training/checkpoint/checkpoint.h"
#include "training/device.h"
#include "training/fingerprint.h"
#include "training/kernel_tuning.h"
#include "training/model_folder.h"
#include "training/not_finite.h"
#include "training/state_table.h"

namespace dltrain::app {

namespace {

struct ReplayOptions {
  std::string failure;
  std::string device;
};

Table read_report(const std::string& folder) {
  const std::string path = join_path(folder, "report.json");
  if (!exists(path)) {
    throw UserError(ExitCode::model, "no-run", folder,
                    "this is not the folder of a failed step: report.json is missing", "name RUN/failures/step-N");
  }
  Setting report = formats::read_json(path, ExitCode::model);
  if (report.table() == nullptr || !report.table()->contains("text"))
    throw UserError(ExitCode::model, "no-run", path, "this is not a report", "train again");
  return *report.table();
}

ExitCode replay(const ReplayOptions& options, const CommonOptions& common) {
  const Table report = read_report(options.failure);
  const training::Manifest manifest = training::verify_checkpoint(options.failure);
  const training::ModelDescription description = training::open_model_folder(training::catalogue(), options.failure);
  const models::Spec& spec = description.spec;
  const auto data = open_data(spec);
  training::Model model(open_program(spec, data->signature()), training::open_device(spec.run, options.device));
  training::use_kept_kernels(model, options.failure);
  if (training::data_fingerprint(*data) != manifest.surroundings.data)
    std::fprintf(stderr, "warning: the data has changed since\n");
  training::Snapshot snapshot = training::read_checkpoint(options.failure, model.program());
  model.prepare_training(
      std::min<int64_t>(spec.train.batch_size, data->size(datasets::Part::train)));  // makes gradients
  training::set_states(model, snapshot.states, options.failure);
  const auto found =
      training::find_not_finite(model, *data, snapshot.position, training::number_at(report, "learning_rate"));
  if (!found) {
    std::printf("step %ld: all numbers are finite (it was: %s)\n", static_cast<long>(snapshot.position.step + 1),
                training::text_at(report, "text").c_str());
    return ExitCode::ok;
  }
  if (common.json) {
    std::printf("%s\n", formats::json_text(found->table()).c_str());
    return ExitCode::numeric;
  }
  std::printf("step %ld: %s\n", static_cast<long>(found->step), found->text().c_str());
  std::printf("samples of the batch, by their numbers in the training part:");
  for (const int64_t sample : found->samples) std::printf(" %ld", static_cast<long>(sample));
  std::printf("\n%s\n", found->text() == training::text_at(report, "text") ? "the same as when the run failed"
                                                                           : "not the same as when the run failed");
  return ExitCode::numeric;
}

}  // namespace

void register_replay(CommandLine& line) {
  Command& command =
      line.add(Group::train, "replay", "make a failed step of a run again, and look for what is not finite");
  ReplayOptions& options = command.values<ReplayOptions>();
  command.argument("FAILURE", &options.failure, "the folder that the failed run named: RUN/failures/step-N")
      .required()
      .offer(Offer::folders);
  add_device(command, options.device);
  command.examples = {"dltrain replay runs/digits/0001/failures/step-12"};
  command.notes = {"Exit code 6 if it is seen again, 0 if all numbers are finite now."};
  command.json = true;
  command.run = [&options](const CommonOptions& common) { return replay(options, common); };
}

}  // namespace dltrain::app
