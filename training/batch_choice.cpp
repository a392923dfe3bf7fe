#include "training/batch_choice.h"

#include <algorithm>
#include <bit>
#include <map>
#include <memory>
#include <vector>

#include "backends/factory.h"
#include "backends/host.h"
#include "backends/plan.h"
#include "core/checked.h"
#include "core/text.h"
#include "models/program.h"
#include "models/recompute.h"
#include "training/experiment.h"
#include "training/memory_use.h"
#include "training/shortage.h"

namespace dltrain::training {

namespace {

std::string size_text(int64_t bytes) { return bytes_text(to_size(bytes)); }

// Ascending.
std::vector<int64_t> divisors_of(int64_t number) {
  std::vector<int64_t> divisors;
  for (int64_t i = 1; i * i <= number; ++i) {
    if (number % i != 0) continue;
    divisors.push_back(i);
    if (i != number / i) divisors.push_back(number / i);
  }
  std::sort(divisors.begin(), divisors.end());
  return divisors;
}

// A batch that is tried: the plan of its training step, and what training with it takes.
struct Trial {
  std::unique_ptr<backends::Plan> plan;
  MemoryUse memory;
  int64_t bytes() const { return memory.needed(); }
};

models::Spec with_batch(models::Spec spec, int64_t batch) {
  spec.train.gradient_accumulation = *spec.train.effective_batch_size / batch;
  spec.train.effective_batch_size.reset();
  spec.train.batch_size = batch;
  return spec;
}

class Chooser {
 public:
  Chooser(const models::Spec& spec, const DataSignature& signature, backends::Backend& backend)
      : spec_(spec), signature_(signature), backend_(backend) {}

  const Trial& trial(int64_t batch) {
    Trial& trial = trials_[batch];
    if (trial.plan != nullptr) return trial;
    const models::Spec spec = with_batch(spec_, batch);
    models::Program program(spec, signature_);
    const bool whole = spec.train.gradient_accumulation == 1;
    // No batch is larger than the data.
    const int64_t rows = signature_.train_samples > 0 ? std::min(batch, signature_.train_samples) : batch;
    const graph::Graph graph = whole ? program.train(rows) : program.gradient(rows);
    if (!whole) program.apply();
    trial.plan = backends::compile_plan(graph, backend_, {.recompute = models::recompute_wish(spec)});
    trial.memory = memory_use(program.states(), *trial.plan, backend_, rows, signature_.train_samples);
    return trial;
  }

  // Memory grows nearly evenly with the batch: between one that fits and one that does not (neighbours at least two apart),
  // the largest that should fit.
  size_t estimate(const std::vector<int64_t>& sizes, size_t fitting, size_t too_large, int64_t available) {
    const Trial &low = trial(sizes[fitting]), &high = trial(sizes[too_large]);
    const double share = static_cast<double>(room_in(available) - low.bytes()) /
                         static_cast<double>(std::max<int64_t>(high.bytes() - low.bytes(), 1));
    const double size =
        static_cast<double>(sizes[fitting]) + share * static_cast<double>(sizes[too_large] - sizes[fitting]);
    const auto beyond = std::upper_bound(sizes.begin(), sizes.end(), static_cast<int64_t>(size));
    return std::clamp(static_cast<size_t>(beyond - sizes.begin()), fitting + 2, too_large) - 1;
  }

  size_t trials() const { return trials_.size(); }

 private:
  const models::Spec& spec_;
  const DataSignature& signature_;
  backends::Backend& backend_;
  std::map<int64_t, Trial> trials_;
};

[[noreturn]] void refuse(const Trial& one, int64_t available, const backends::Backend& backend) {
  throw UserError(ExitCode::memory, "memory", "batch_size = \"auto\"",
                  "not even one sample at once fits: training takes " + size_text(one.bytes()) + ", and " +
                      size_text(available) + " of memory are free " + moment_on(backend) +
                      "; the largest:" + largest_values(*one.plan),
                  "use a smaller model, recompute = \"auto\" under [train], or end other programs");
}

}  // namespace

int64_t memory_for_choice(const backends::Backend& backend) {
  const int64_t available = backend.free_memory();
  if (available <= 0) return available;
  const auto step = static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(available)) / 64);
  return step == 0 ? available : available / step * step;
}

std::optional<BatchChoice> choose_batch(models::Spec& spec, const DataSignature& signature, backends::Backend& backend,
                                        int64_t available) {
  if (!spec.train.batch_size.is_auto() || !spec.train.effective_batch_size) return std::nullopt;
  BatchChoice choice{.available = available, .effective = *spec.train.effective_batch_size};
  backends::require_precision(backend.device(), spec.run.precision);
  Diagnostics ignored;
  open_program(spec, signature, ignored);  // what is wrong with the recipe is said as it always is
  std::vector<int64_t> sizes = divisors_of(choice.effective);
  const int64_t most = spec.train.drop_last && signature.train_samples > 0 ? signature.train_samples : choice.effective;
  std::erase_if(sizes, [&](int64_t size) { return size > most; });  // no batch would be full
  Chooser chooser(spec, signature, backend);
  const auto fits = [&](int64_t batch) { return available < 0 || chooser.trial(batch).bytes() <= room_in(available); };
  // All of them, first of all: mostly they do.
  size_t fitting = sizes.size() - 1, too_large = sizes.size();
  if (!fits(sizes.back())) {
    too_large = sizes.size() - 1;
    if (too_large == 0 || !fits(sizes.front())) refuse(chooser.trial(sizes.front()), available, backend);
    fitting = 0;
    for (bool halve = false; too_large - fitting > 1; halve = !halve) {
      const size_t next = halve && too_large - fitting > 2 ? (fitting + too_large) / 2
                                                           : chooser.estimate(sizes, fitting, too_large, available);
      (fits(sizes[next]) ? fitting : too_large) = next;
    }
  }
  choice.batch = sizes[fitting];
  choice.accumulation = choice.effective / choice.batch;
  choice.bytes = chooser.trial(choice.batch).bytes();
  if (too_large < sizes.size()) {
    choice.larger = sizes[too_large];
    choice.larger_bytes = chooser.trial(sizes[too_large]).bytes();
  }
  choice.tried = static_cast<int64_t>(chooser.trials());
  spec = with_batch(std::move(spec), choice.batch);
  return choice;
}

std::string BatchChoice::text() const {
  std::string out = counted(batch, "sample") + " at once";
  out += accumulation == 1
             ? ", all of an update"
             : ", " + std::to_string(accumulation) + " times for an update of " + std::to_string(effective);
  out += " (effective_batch_size): takes " + size_text(bytes);
  if (available < 0) return out + "; how much memory is free is not known";
  out += ", and of " + size_text(available) + " that are free " + size_text(room_in(available)) + " may be taken";
  if (larger) out += "; " + std::to_string(*larger) + " would take " + size_text(larger_bytes);
  return out;
}

Table choice_table(const BatchChoice& choice) {
  Table table;
  table.set("effective_batch_size", choice.effective);
  table.set("batch_size", choice.batch);
  table.set("gradient_accumulation", choice.accumulation);
  table.set("memory", choice.bytes);
  if (choice.available >= 0) table.set("memory_available", choice.available);
  if (choice.larger) {
    table.set("next_batch_size", *choice.larger);
    table.set("next_memory", choice.larger_bytes);
  }
  return table;
}

bool keeps_batch(const models::TrainSpec& before, const models::TrainSpec& now) {
  return now.batch_size.is_auto() && now.effective_batch_size && !before.batch_size.is_auto() &&
         before.batch_size * before.gradient_accumulation == *now.effective_batch_size;
}

models::TrainSpec with_batch_of(const models::TrainSpec& before, models::TrainSpec now) {
  now.batch_size = before.batch_size;
  now.gradient_accumulation = before.gradient_accumulation;
  now.effective_batch_size.reset();
  return now;
}

void warn_of_batch_statistics(const models::Spec& spec, const BatchChoice& choice, Diagnostics& warnings) {
  if (choice.accumulation == 1) return;
  const auto takes_statistics = [](const models::LayerSpec& layer) {
    return layer.component.kind == "BatchNormalization" && layer.trainable;
  };
  const auto& layers = spec.model.layers;
  const auto first = std::find_if(layers.begin(), layers.end(), takes_statistics);
  if (first == layers.end()) return;
  const auto others = std::count_if(layers.begin(), layers.end(), takes_statistics) - 1;
  Diagnostic& d = warnings.warning(
      "batch-statistics", first->place, first->who(),
      (others > 0 ? "this and " + counted(others, "other layer") + " of its kind take" : std::string("it takes")) +
          " mean and variance of " + counted(choice.batch, "sample") + " at a time, not of the " +
          std::to_string(choice.effective) + " of an update: with more memory the model would train otherwise");
  d.help = "write batch_size = " + std::to_string(choice.batch) +
           " and gradient_accumulation = " + std::to_string(choice.accumulation) +
           " to have the same everywhere, or use LayerNormalization";
}

}  // namespace dltrain::training
