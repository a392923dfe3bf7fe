#include "training/forecast.h"

#include <algorithm>

#include "core/checked.h"
#include "core/text.h"
#include "formats/tfevents/scalars.h"
#include "models/recipe/canonical.h"
#include "training/callbacks/tensorboard/model_graph.h"
#include "training/profile.h"
#include "training/trainer.h"

namespace dltrain::training {

using graph::StateRole;

namespace {

// The layer that a kernel's path lies in: "bidirectional" of "bidirectional/forward/lstm".
const std::string* layer_of(const std::vector<models::LayerSpec>& layers, const std::string& path) {
  const std::string* found = nullptr;
  for (const models::LayerSpec& layer : layers) {
    const bool within = path == layer.name || path.starts_with(layer.name + "/");
    if (within && (found == nullptr || layer.name.size() > found->size())) found = &layer.name;
  }
  return found;
}

void add_plan(const backends::Plan& plan, int64_t runs, int64_t batch, const std::vector<models::LayerSpec>& layers,
              Arithmetic& sum) {
  for (const KernelTime& kernel : kernels_of(plan, runs)) {
    sum.step += kernel.flops * static_cast<double>(runs);
    if (kernel.pass != "forward") continue;
    const double of_sample = kernel.flops / static_cast<double>(batch);
    sum.forward += of_sample;
    if (const std::string* layer = layer_of(layers, kernel.layer)) sum.layers[*layer] += of_sample;
  }
}

// Records of a step's values within an epoch, as the TensorBoard callback keeps them.
int64_t records_per_epoch(const models::Spec& spec, int64_t steps_per_epoch) {
  int64_t frequency = 20;
  for (const Component& callback : spec.callbacks) {
    if (callback.kind != "TensorBoard") continue;
    const Setting* enabled = callback.params.find("enabled");
    if (enabled != nullptr && enabled->boolean() != nullptr && !*enabled->boolean()) return -1;
    const std::string wanted = *callback.params.at("update_freq").text();
    if (wanted == "epoch") return 0;
    frequency = wanted == "batch" ? 1 : parse_integer(wanted).value_or(1);
  }
  const int64_t reported = report_interval(spec, std::max<int64_t>(steps_per_epoch, 1));
  return divide_up(steps_per_epoch, divide_up(frequency, reported) * reported);
}

// An event of scalars with tags of these lengths, as a record of an event file.
int64_t record_bytes(const std::vector<std::string>& tags) {
  constexpr int64_t frame = 16;  // length and two checksums
  std::vector<formats::NamedScalar> scalars;
  for (const std::string& tag : tags) scalars.push_back({tag, 0.123});
  std::vector<std::byte> payload;
  formats::encode_scalars(1.7e9, 1000, scalars, payload);
  return frame + static_cast<int64_t>(payload.size());
}

int64_t once_bytes(const models::Program& program) {
  models::Program copy = program;  // assembling may note states
  const graph::Graph graph = copy.predict(std::max<int64_t>(program.spec().train.batch_size, 1));
  return static_cast<int64_t>(keras_model_json(program).size() + formats::graph_bytes(graph_nodes(graph)).size() +
                              2 * models::canonical_toml(program.spec()).size());
}

}  // namespace

Arithmetic arithmetic_of(Model& model, int64_t batch) {
  const models::Spec& spec = model.program().spec();
  Arithmetic sum;
  const int64_t runs = spec.train.gradient_accumulation;
  if (runs == 1) {
    add_plan(model.prepare(PlanKind::train, batch), 1, batch, spec.model.layers, sum);
    return sum;
  }
  add_plan(model.prepare(PlanKind::gradient, batch), runs, batch, spec.model.layers, sum);
  add_plan(model.prepare(PlanKind::apply, 0), 1, batch, spec.model.layers, sum);
  return sum;
}

int64_t log_bytes(const models::Program& program, const std::vector<std::string>& values, int64_t steps_per_epoch) {
  constexpr int64_t number = 20;  // characters of one in a line of history
  int64_t epoch = 0;
  std::vector<std::string> step_tags = {"step_loss", "step_gradient_norm", "batch_learning_rate",
                                        "system/samples_per_second", "system/peak_memory_mib"};
  std::vector<std::string> epoch_tags = {"epoch_learning_rate", "epoch_gradient_norm", "system/epoch_seconds",
                                         "system/epoch_samples_per_second"};
  std::vector<std::string> validation_tags, iteration_tags;
  for (const std::string& value : values) {
    epoch += 2 * number + static_cast<int64_t>(value.size());
    if (value.starts_with("val_")) {
      validation_tags.push_back("epoch_" + value.substr(4));
      iteration_tags.push_back("evaluation_" + value.substr(4) + "_vs_iterations");
    } else {
      step_tags.push_back("batch_" + value);
      epoch_tags.push_back("epoch_" + value);
    }
  }
  epoch += 4 * 2 * number;
  const int64_t epochs = program.spec().train.epochs;
  const int64_t records = records_per_epoch(program.spec(), steps_per_epoch);
  if (records < 0) return checked_multiply(epochs, epoch);
  epoch += record_bytes(epoch_tags) + records * record_bytes(step_tags);
  if (!validation_tags.empty()) epoch += record_bytes(validation_tags) + record_bytes(iteration_tags);
  return checked_add(once_bytes(program), checked_multiply(epochs, epoch));
}

int64_t checkpoint_bytes(const models::Program& program) {
  constexpr int64_t entry = 1024;  // names and headers of an array, and its line in the list of contents
  int64_t bytes = static_cast<int64_t>(models::canonical_toml(program.spec()).size());
  for (const graph::StateInfo& info : program.states().list())
    bytes = checked_add(bytes, checked_add(info.type.bytes(), entry));
  return bytes;
}

}  // namespace dltrain::training
