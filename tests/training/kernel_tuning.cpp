// [run] tune: choices are kept with checkpoints and runs, and a run that goes on by them ends with the same bits.
#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "tests/support/files.h"
#include "tests/support/paths.h"
#include "tests/training/experiment.h"
#include "training/checkpoint/checkpoint.h"
#include "training/kernel_tuning.h"
#include "training/trainer.h"

namespace dltrain::test {

namespace {

using training::PlanOf;

constexpr auto layers =
    R"([{ type = "Conv2D", filters = 16, kernel_size = 3 }, "BatchNormalization", "ReLU", { type = "Conv2D", filters = 32, kernel_size = 3, strides = 2, activation = "relu" }, "Flatten", { type = "Dense", units = 10, activation = "softmax" }])";

models::Spec tuned_spec() {
  return spec_of(source_path("recipes/digits.toml"), {"run.tune=true", "run.threads=2", "train.epochs=2",
                                                      "train.batch_size=256", "model.layers=" + std::string(layers)});
}

// A run of the recipe with whatever kernels, up to a step.
struct Run {
  explicit Run(const models::Spec& spec)
      : data(data_of(spec)), model(model_of(spec, *data, "cpu")), trainer(*model, *data, callbacks) {}
  std::vector<PlanOf> plans() const {
    return model->plans_of_run(data->size(datasets::Part::train), data->size(datasets::Part::validation));
  }
  training::States states_at(int64_t step) {
    trainer.stop_after(step);
    trainer.fit();
    return training::copy_states(*model);
  }

  std::unique_ptr<datasets::Dataset> data;
  std::unique_ptr<training::Model> model;
  training::CallbackList callbacks;
  training::Trainer trainer;
};

// Not what is fastest but what differs most from the rules: the last implementation of each kind.
backends::KernelChoices other_kernels(const Run& run) {
  backends::Backend& backend = run.model->session().backend();
  backends::KernelChoices choices{backend.device().description, {}};
  for (const auto& plan : run.model->trial_plans(run.plans())) {
    const auto used = backends::used_outputs(plan->graph);
    for (const backends::Step& step : plan->steps) {
      const graph::Node& node = plan->graph.nodes[step.node];
      const auto names = backend.implementations(plan->graph, node, used[step.node]);
      if (names.size() < 2) continue;
      choices.kernels[backends::kernel_key(plan->graph, node, used[step.node])] = {names.back(), 2e-6, names.front(),
                                                                                   0};
    }
  }
  return choices;
}

std::string save(Run& run, const std::string& folder) {
  training::CheckpointContent content{{}, {}, "recipe", "contract", {}};
  content.manifest.created = "now";
  content.manifest.kernels = training::choices_table(run.model->kernels());
  training::fill_content(content, run.trainer.snapshot(), run.model->program());
  training::write_checkpoint(content, folder);
  return folder;
}

training::States states_from(const models::Spec& spec, const std::string& checkpoint, bool by_rule, int64_t step) {
  Run run(spec);
  if (!by_rule) training::use_kept_kernels(*run.model, checkpoint);
  run.trainer.restore(training::read_checkpoint(checkpoint, run.model->program()), checkpoint);
  return run.states_at(step);
}

}  // namespace

TEST_CASE("chosen kernels are the same after they were written and read") {
  const Run run(tuned_spec());
  const backends::KernelChoices choices = other_kernels(run);
  REQUIRE(choices.kernels.size() >= 6);
  CHECK(training::choices_from(training::choices_table(choices)) == choices);
  CHECK(training::choices_from({}).kernels.empty());
  CHECK(training::choices_table({}).empty());

  const TemporaryFolder folder;
  create_directories(folder.file("0003"));
  training::write_kernels(folder.file("0003"), choices);
  REQUIRE(training::kernels_of_run(folder.file("0003")));
  CHECK(training::kernels_of_run(folder.file("0003"))->choices == choices);
  CHECK_FALSE(training::kernels_of_run(folder.file("0004")));

  // The newest run on such a processor counts; what cannot be read does not.
  create_directories(folder.file("0012"));
  write_file_durably(folder.file("0012/kernels.json"), "{ cut off");
  create_directories(folder.file("0010"));
  backends::KernelChoices elsewhere = choices;
  elsewhere.processor = "another";
  training::write_kernels(folder.file("0010"), elsewhere);
  const auto found = training::kernels_of_earlier_run(folder.file(""), choices.processor);
  REQUIRE(found);
  CHECK(found->source == folder.file("0003/kernels.json"));
  CHECK(training::kernels_of_earlier_run(folder.file(""), "another")->source == folder.file("0010/kernels.json"));
  CHECK_FALSE(training::kernels_of_earlier_run(folder.file(""), "a third"));
}

TEST_CASE("a run with chosen kernels that goes on ends with the same bits") {
  const models::Spec spec = tuned_spec();
  Run whole(spec);
  const backends::KernelChoices choices = other_kernels(whole);
  whole.model->use_kernels(choices);
  const training::States end = whole.states_at(12);

  Run begun(spec);
  begun.model->use_kernels(choices);
  begun.states_at(5);
  const TemporaryFolder folder;
  const std::string checkpoint = save(begun, folder.file("checkpoint"));
  CHECK(states_from(spec, checkpoint, /*by_rule=*/false, 12) == end);
  CHECK(states_from(spec, checkpoint, /*by_rule=*/true, 12) != end);  // so that the kernels matter
}

TEST_CASE("what is known is not timed again, unless on another processor") {
  const models::Spec spec = tuned_spec();
  const Run first(spec);
  const training::KernelTuning timed = training::tune_kernels(*first.model, first.plans(), {});
  CHECK(timed.report.kinds >= 6);
  CHECK(timed.report.known == 0);
  CHECK_FALSE(timed.again());
  CHECK(timed.seconds > 0);
  CHECK(timed.seconds <= timed.rule_seconds);
  CHECK(timed.text().find(" timed in ") != std::string::npos);

  const Run second(spec);
  training::KeptKernels kept{first.model->kernels(), "runs/x/0001/kernels.json"};
  const training::KernelTuning known = training::tune_kernels(*second.model, second.plans(), kept);
  CHECK(known.report.known == timed.report.kinds);
  CHECK(known.report.timed == 0);
  CHECK_FALSE(known.again());
  CHECK(known.text().find("as in runs/x/0001/kernels.json") != std::string::npos);
  CHECK(second.model->kernels() == first.model->kernels());

  const Run third(spec);
  kept.choices.processor = "AVX2, 64 threads, oneDNN 9.9.9";
  const training::KernelTuning elsewhere = training::tune_kernels(*third.model, third.plans(), kept);
  CHECK(elsewhere.report.known == 0);
  CHECK(elsewhere.again());
  CHECK(elsewhere.text().find("on another processor (AVX2, 64 threads, oneDNN 9.9.9)") != std::string::npos);
  CHECK(third.model->kernels().processor == first.model->kernels().processor);
}

TEST_CASE("a recipe that does not tune takes no kept kernels") {
  models::Spec spec = tuned_spec();
  Run begun(spec);
  begun.model->use_kernels(other_kernels(begun));
  begun.states_at(1);
  const TemporaryFolder folder;
  const std::string checkpoint = save(begun, folder.file("checkpoint"));
  spec.run.tune = false;
  const Run plain(spec);
  training::use_kept_kernels(*plain.model, checkpoint);
  CHECK(plain.model->kernels().kernels.empty());
}

}  // namespace dltrain::test
