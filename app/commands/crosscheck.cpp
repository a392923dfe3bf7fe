// dltrain crosscheck: one training step on two devices, node by node with the same inputs. Names the first operation
// and layer that differ beyond what float32 explains.
#include <cstdio>

#include "app/command_line/command.h"
#include "app/experiment.h"
#include "backends/check/check.h"
#include "backends/factory.h"
#include "core/text.h"
#include "datasets/batch_stream.h"
#include "layers/initializers.h"
#include "models/optimizers/optimizer.h"
#include "models/schedules/schedule.h"
#include "training/device.h"
#include "training/trainer.h"

namespace dltrain::app {

namespace {

struct CrosscheckOptions {
  RecipeOptions recipe;
  std::string devices = "cpu,reference";
};

struct TwoDevices {
  std::string tested, trusted;
};

TwoDevices devices_of(const std::string& text) {
  const std::vector<std::string> names = split(text, ',');
  if (names.size() == 2 && !names[0].empty() && !names[1].empty()) return {names[0], names[1]};
  throw UserError(ExitCode::recipe, "command-line", "dltrain crosscheck",
                  "--devices takes two names with a comma between them (was " + quote(text) + ")",
                  "the first is tested, the second trusted, e.g. --devices cpu,reference");
}

// What the first training step of the recipe is fed with.
std::map<std::string, Array> first_step(const models::Program& program, const graph::Graph& graph,
                                        const datasets::Dataset& data) {
  const models::Spec& spec = program.spec();
  datasets::BatchStream batches(
      data, {.batch_size = spec.train.batch_size, .shuffle = spec.train.shuffle, .seed = spec.seed});
  datasets::Batch batch;
  batches.next(batch);
  const auto optimizer = models::make_optimizer(spec.train.optimizer);
  const double rate = models::learning_rate_at(optimizer->learning_rate, 0,
                                               training::steps_per_epoch(spec, data.size(datasets::Part::train)));
  std::map<std::string, Array> inputs;
  for (size_t i = 0; i < batch.inputs.size(); ++i) inputs[program.signature().inputs[i].name] = batch.inputs[i];
  for (size_t i = 0; i < batch.targets.size(); ++i)
    inputs["target:" + program.signature().targets[i].name] = batch.targets[i];
  if (batch.weights) inputs["sample_weight"] = *batch.weights;
  for (const graph::Input& input : graph.inputs) {
    const graph::ValueType& type = graph.type(input.value);
    if (input.kind == graph::InputKind::data) continue;
    const graph::StateInfo* state = program.states().find(input.name);
    if (state != nullptr) {
      inputs[input.name] = layers::initialize(state->initializer, type.shape, type.dtype, spec.seed, state->name);
      continue;
    }
    Array scalar(type.dtype, type.shape);
    if (input.name == graph::scalar::seed) set_element(scalar, 0, static_cast<double>(spec.seed));
    if (input.name == graph::scalar::learning_rate) set_element(scalar, 0, rate);
    inputs[input.name] = std::move(scalar);
  }
  return inputs;
}

ExitCode crosscheck(const CrosscheckOptions& options, const CommonOptions& common) {
  const TwoDevices names = devices_of(options.devices);
  training::OpenedRecipe recipe = open_recipe(options.recipe);
  const auto data = open_data(recipe.spec);
  settle_batch(recipe.spec, data->signature());
  models::Program program = open_program(recipe.spec, data->signature());
  const graph::Graph graph =
      program.train(std::min<int64_t>(recipe.spec.train.batch_size, data->size(datasets::Part::train)));
  const backends::BackendOptions computing = training::options_of(recipe.spec.run);
  backends::Session trusted(backends::open_backend(names.trusted, computing));
  backends::Session tested(backends::open_backend(names.tested, computing));
  for (backends::Session* session : {&trusted, &tested})
    backends::require_precision(session->backend().device(), recipe.spec.run.precision);
  const backends::CheckReport report =
      backends::check_backends(graph, first_step(program, graph, *data), trusted, tested);
  if (!common.quiet)
    std::printf("first training step of %s, %s against %s\n", recipe.spec.name.c_str(), names.tested.c_str(),
                names.trusted.c_str());
  std::printf("%s", report.text().c_str());
  return report.agrees() ? ExitCode::ok : ExitCode::not_met;
}

}  // namespace

void register_crosscheck(CommandLine& line) {
  Command& command =
      line.add(Group::train, "crosscheck", "run a training step on two devices and compare every operation");
  CrosscheckOptions& options = command.values<CrosscheckOptions>();
  add_recipe(command, options.recipe);
  command.option("--devices", &options.devices, "A,B", "the device to test and the one to trust").show_default();
  command.examples = {"dltrain crosscheck recipes/digits.toml"};
  command.notes = {"Exit code 10 if an operation differs."};
  command.run = [&options](const CommonOptions& common) { return crosscheck(options, common); };
}

}  // namespace dltrain::app
