#include "app/check/static_part.h"

#include <algorithm>
#include <chrono>

#include "app/room.h"
#include "backends/host.h"
#include "core/peak_memory.h"
#include "core/text.h"
#include "training/device.h"
#include "training/expectations.h"
#include "training/experiment.h"
#include "training/recompute_report.h"
#include "training/trainer.h"

namespace dltrain::app {

namespace {

using Clock = std::chrono::steady_clock;

// Without weights of classes that are not known yet: they are looked at with the data.
models::Spec with_what_is_known(models::Spec spec, const DataSignature& signature) {
  const bool all_known = std::ranges::all_of(signature.targets, [](const DataField& target) {
    return target.dtype == DType::f32 || target.classes.has_value();
  });
  for (models::OutputSpec& output : spec.train.outputs) {
    if (!all_known) output.class_weights.reset();
  }
  return spec;
}

std::optional<training::BatchChoice> settled_batch(models::Spec& spec, const DataSignature& signature,
                                                   backends::Backend& backend, Diagnostics& warnings) {
  if (!spec.train.batch_size.is_auto()) return std::nullopt;
  models::Spec known = with_what_is_known(spec, signature);
  auto choice = training::choose_batch(known, signature, backend, training::memory_for_choice(backend));
  spec.train = training::with_batch_of(known.train, std::move(spec.train));
  training::warn_of_batch_statistics(spec, *choice, warnings);
  return choice;
}

// Before anything is taken.
void look_at_memory(StaticPart& part, const backends::Backend& backend) {
  const bool apart = !backend.shares_host_memory();
  part.memory_usable = apart ? backend.device().memory_bytes : backends::usable_memory();
  part.memory_available = backend.free_memory();
  part.host_available = backends::available_memory();
  if (apart) part.memory_of = backend.device().name;
}

}  // namespace

training::CallbackList callbacks_of(training::Model& model, const DataSignature& signature,
                                    std::vector<std::string>& values) {
  std::vector<std::string> names;
  for (const auto& [name, value] : model.results(models::SumSet::train)) names.push_back(name);
  const models::Spec& spec = model.program().spec();
  // Where only the values tell how many samples there are, a part that is asked for will have some.
  const bool counted = signature.train_samples > 0;
  const int64_t validation = !counted && spec.data.validation ? 1 : signature.validation_samples;
  values = training::value_names(names, training::validates(spec.train, validation));
  const int64_t steps = training::steps_per_epoch(spec, signature.train_samples);
  return training::CallbackList({spec, "", "", values, std::max<int64_t>(steps, 1), nullptr});
}

StaticPart static_part(models::Spec& spec, Findings& findings) {
  const Clock::time_point start = Clock::now();
  StaticPart part;
  Diagnostics warnings;
  part.data = training::look_at_data(spec, warnings);
  const DataSignature& signature = part.data.signature;
  auto backend = training::open_device(spec.run);
  look_at_memory(part, *backend);
  const int64_t before = peak_memory();
  part.batch_choice = settled_batch(spec, signature, *backend, warnings);
  training::Model model(training::open_program(with_what_is_known(spec, signature), signature, warnings),
                        std::move(backend));
  findings.add(warnings);
  model.prepare_run(signature.train_samples, signature.validation_samples);
  Diagnostics of_plans;
  training::warn_of_recompute(spec, model.training_plan(), of_plans);
  findings.add(of_plans);
  part.recompute = training::recompute_text(spec, model.training_plan());
  if (!part.recompute.empty()) part.recompute_numbers = training::recompute_table(model.training_plan());
  part.batch = spec.train.batch_size;
  if (signature.train_samples > 0) part.batch = std::min(part.batch, signature.train_samples);
  part.arithmetic = training::arithmetic_of(model, part.batch);
  part.layers = layer_rows(model.program());
  part.table = model_text(model.program(),
                          part.arithmetic.forward > 0 ? part.arithmetic.layers : std::map<std::string, double>());
  part.memory = model.memory();
  part.verdicts = training::Expectations(model.program(), nullptr).judge({{}, 0, held_by_process(before, part.memory)});
  std::erase_if(part.verdicts, [](const training::Verdict& verdict) { return !verdict.known_before; });
  std::vector<std::string> values;
  training::CallbackList callbacks = callbacks_of(model, signature, values);
  part.checkpoint_bytes = training::checkpoint_bytes(model.program());
  part.checkpoints = checkpoints_kept(callbacks);
  if (signature.train_samples > 0) part.log_bytes = callbacks.log_bytes(model.program());
  const backends::DeviceInfo& device = model.session().backend().device();
  part.device = device.name + ": " + device.description;
  part.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return part;
}

void check_memory(const StaticPart& part) {
  const int64_t needed = part.memory.needed();
  const int64_t most = part.memory_usable > 0 ? part.memory_usable : INT64_MAX;
  const int64_t free = part.memory_available >= 0 ? std::min(part.memory_available, most) : most;
  const auto text = [](int64_t bytes) { return bytes_text(static_cast<uint64_t>(bytes)); };
  if (needed <= free) {
    const int64_t beside = part.memory.on_host() + part.memory.saving();
    if (!part.memory.apart || part.host_available < 0 || beside <= part.host_available) return;
    throw UserError(ExitCode::memory, "memory", "memory",
                    "training takes " + text(beside) +
                        " of the host's memory for batches and the copy that is saved, and " +
                        text(part.host_available) + " are free at this moment",
                    "end other programs, or use a smaller batch_size or a smaller model");
  }
  const bool never = needed > most;
  throw UserError(ExitCode::memory, "memory", "memory",
                  "training takes " + text(needed) + (part.memory.apart ? "" : " with the copy that is saved") +
                      ", and " +
                      (never ? part.memory_of + " gives the program " + text(most)
                             : text(free) + " are free " + (part.memory.apart ? "on " + part.memory_of + " " : "") +
                                   "at this moment"),
                  never ? "use a smaller batch_size or a smaller model"
                        : "end other programs, or use a smaller batch_size or a smaller model");
}

}  // namespace dltrain::app
