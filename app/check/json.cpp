#include "app/check/report.h"
#include "app/messages.h"
#include "app/verdicts.h"

namespace dltrain::app {

namespace {

Table layer_table(const LayerRow& layer, const training::Arithmetic& arithmetic) {
  Table table;
  table.set("name", layer.name);
  table.set("type", layer.kind);
  table.set("output", layer.shape);
  table.set("parameters", layer.trained + layer.fixed);
  table.set("trained_parameters", layer.trained);
  if (const auto flops = arithmetic.layers.find(layer.name); flops != arithmetic.layers.end())
    table.set("flops", flops->second);
  if (!layer.reuse.empty()) table.set("reuse", layer.reuse);
  return table;
}

Table memory_table(const training::MemoryUse& use) {
  Table table;
  table.set("total", use.total());
  table.set("weights", use.weights);
  table.set("optimizer", use.optimizer);
  table.set("gradients", use.gradients);
  table.set("activations", use.arena);
  table.set("packed_weights", use.packed);
  table.set("batches", use.batches);
  table.set("library", use.library);
  table.set("saving", use.saving());
  if (use.apart) table.set("on_device", use.needed());
  return table;
}

List texts(const std::vector<std::string>& from) { return {from.begin(), from.end()}; }

Table static_table(const StaticPart& part) {
  Table table;
  int64_t trained = 0, fixed = 0;
  List layers;
  for (const LayerRow& layer : part.layers) {
    trained += layer.trained;
    fixed += layer.fixed;
    if (!layer.kind.empty()) layers.emplace_back(layer_table(layer, part.arithmetic));
  }
  table.set("layers", std::move(layers));
  table.set("parameters", trained + fixed);
  table.set("trained_parameters", trained);
  table.set("batch_size", part.batch);
  table.set("forward_flops", part.arithmetic.forward);
  table.set("step_flops", part.arithmetic.step);
  table.set("memory", memory_table(part.memory));
  if (part.batch_choice) table.set("batch_choice", training::choice_table(*part.batch_choice));
  if (!part.recompute.empty()) table.set("recompute", part.recompute_numbers);
  if (part.memory_usable > 0) table.set("memory_of_machine", part.memory_usable);
  if (part.memory_available >= 0) table.set("memory_free", part.memory_available);
  table.set("checkpoint_bytes", part.checkpoint_bytes);
  table.set("checkpoints", part.checkpoints);
  if (part.log_bytes >= 0) table.set("log_bytes", part.log_bytes);
  table.set("device", part.device);
  table.set("notes", texts(part.data.notes));
  table.set("unknown", texts(part.data.unknown));
  table.set("seconds", part.seconds);
  return table;
}

Table dry_table(const DryPart& part) {
  Table table;
  table.set("train_samples", part.train_samples);
  table.set("validation_samples", part.validation_samples);
  table.set("test_samples", part.test_samples);
  table.set("memory", memory_table(part.memory));
  table.set("log_bytes", part.log_bytes);
  table.set("steps", part.steps);
  table.set("loss", part.loss);
  table.set("first_step_seconds", part.first_seconds);
  table.set("step_seconds", part.step_seconds);
  table.set("reading_seconds", part.reading_seconds);
  table.set("epoch_seconds", part.epoch_seconds);
  table.set("run_seconds", part.run_seconds);
  List verdicts;
  for (const training::Verdict& verdict : part.verdicts) {
    Table each = verdict_table(verdict);
    each.erase("event");
    verdicts.emplace_back(std::move(each));
  }
  table.set("expectations", std::move(verdicts));
  return table;
}

}  // namespace

Table check_json(const CheckReport& report) {
  Table table;
  table.set("event", "check");
  table.set("version", 1);
  table.set("recipe", report.recipe);
  if (!report.spec.name.empty()) table.set("name", report.spec.name);
  table.set("verdict", report.code != ExitCode::ok ? "error" : report.messages.empty() ? "ok" : "warnings");
  table.set("exit_code", static_cast<int64_t>(report.code));
  List messages;
  for (const Diagnostic& diagnostic : report.messages) messages.emplace_back(message_table(diagnostic));
  table.set("messages", std::move(messages));
  if (report.at_once) table.set("static", static_table(*report.at_once));
  if (report.dry) table.set("dry", dry_table(*report.dry));
  return table;
}

}  // namespace dltrain::app
