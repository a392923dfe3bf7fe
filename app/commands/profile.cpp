// dltrain profile: where the time of a step goes.
#include <algorithm>
#include <cstdio>

#include "app/command_line/command.h"
#include "app/experiment.h"
#include "app/output_file.h"
#include "app/profile/report.h"
#include "app/progress.h"
#include "app/summary.h"
#include "core/files.h"
#include "core/text.h"
#include "formats/json/json.h"
#include "training/adapt.h"
#include "training/device.h"
#include "training/interrupt.h"
#include "training/kernel_tuning.h"
#include "training/profile_advice.h"

namespace dltrain::app {

namespace {

struct ProfileOptions {
  RecipeOptions recipe;
  std::string work = "train";
  int64_t batch_size = 0;  // 0: that of the recipe
  int64_t steps = 50;
  bool all = false;
  std::string output;  // JSON file
  std::string trace;   // for ui.perfetto.dev
};

training::Work work_of(const std::string& name) {
  if (name == "train") return training::Work::train;
  if (name == "evaluate") return training::Work::evaluate;
  if (name == "predict") return training::Work::predict;
  throw UserError(ExitCode::recipe, "command-line", "dltrain profile", "there is no work \"" + name + "\"",
                  "--work takes train, evaluate or predict");
}

const char* title_of(training::Work work) {
  switch (work) {
    case training::Work::train: return "training step";
    case training::Work::evaluate: return "evaluation";
    case training::Work::predict: return "prediction";
  }
  return "";
}

// What a run of the recipe would choose, or has chosen.
void settle_kernels(training::Model& model, const datasets::Dataset& data, training::Work work, int64_t batch_size,
                    const CommonOptions& common) {
  const models::Spec& spec = model.program().spec();
  if (!spec.run.tune) return;
  const std::string& processor = model.session().backend().device().description;
  const int64_t batch =
      std::min<int64_t>(batch_size > 0 ? batch_size : spec.train.batch_size, data.size(datasets::Part::train));
  const training::KernelTuning tuning =
      training::tune_kernels(model, training::plans_of_work(work, spec.train.gradient_accumulation, batch),
                             training::kernels_of_earlier_run(join_path(spec.run.directory, spec.name), processor));
  if (!common.quiet && !common.json)
    std::fprintf(stderr, "kernels %s\n", wrapped(tuning.text(), terminal_width() - 8, 8).c_str());
}

ExitCode profile(const ProfileOptions& options, const CommonOptions& common) {
  training::watch_signals();
  const training::Work work = work_of(options.work);
  for (const std::string& path : {options.output, options.trace}) check_output_file(path);
  models::Spec spec = open_recipe(options.recipe).spec;
  const auto data = open_data(spec);
  settle_batch(spec, data->signature());
  training::Model model(open_program(spec, data->signature()), training::open_device(spec.run));
  model.initialize();
  training::adapt_layers(model, *data);
  settle_kernels(model, *data, work, options.batch_size, common);
  const training::Profile result = training::profile(model, *data, {work, options.batch_size, options.steps});
  if (training::interrupted()) return training::signal_exit_code();
  const std::string device = model.session().backend().device().description;
  const std::string json = formats::json_text(profile_json(result, spec.name, device)) + "\n";
  if (!options.output.empty()) write_file_durably(options.output, json);
  if (!options.trace.empty())
    write_file_durably(options.trace, formats::json_text(profile_trace(result, spec.name)) + "\n");
  if (common.json) {
    std::printf("%s", json.c_str());
    return ExitCode::ok;
  }
  std::printf("%s, %s of %s on %s\n%s\n", spec.name.c_str(), title_of(work),
              counted(result.samples_per_step, "sample").c_str(), device.c_str(),
              profile_table(result, options.all).c_str());
  for (const std::string& text : training::profile_advice(result, spec)) std::printf("- %s\n", text.c_str());
  return ExitCode::ok;
}

}  // namespace

void register_profile(CommandLine& line) {
  Command& command = line.add(Group::train, "profile", "where the time of a step goes, kernel by kernel");
  ProfileOptions& options = command.values<ProfileOptions>();
  add_recipe(command, options.recipe);
  command.option("--work", &options.work, "WORK", "train, evaluate or predict")
      .show_default()
      .choices({"train", "evaluate", "predict"});
  command.option("--batch-size", &options.batch_size, "N", "samples of a step (default: that of the recipe)")
      .at_least_one();
  command.option("--steps", &options.steps, "N", "how many steps to time").at_least_one().show_default();
  command.flag("--all", options.all, "kernels below one percent too");
  command.option("--output", &options.output, "FILE", "write everything as JSON as well");
  command.option("--trace", &options.trace, "FILE", "write a step as a trace for ui.perfetto.dev or chrome://tracing");
  command.examples = {"dltrain profile recipes/digits_cnn.toml --trace step.json"};
  command.json = true;
  command.run = [&options](const CommonOptions& common) { return profile(options, common); };
}

}  // namespace dltrain::app
