#include "app/compare/comparison.h"

#include <algorithm>
#include <cmath>

#include "core/files.h"
#include "core/text.h"
#include "training/kept_weights.h"
#include "training/welch.h"

namespace dltrain::app {

namespace {

// The recipe without what may differ between runs of one group.
models::Spec meaning(models::Spec spec) {
  spec.seed = 0;
  spec.name.clear();
  spec.run.repeat.reset();
  return spec;
}

std::vector<models::Difference> differences(const RunSeen& before, const RunSeen& now) {
  return models::differences_in_meaning(meaning(before.spec), meaning(now.spec));
}

void put(std::vector<RunGroup>& groups, RunSeen run) {
  for (RunGroup& group : groups) {
    if (!differences(group.runs.front(), run).empty()) continue;
    const bool known = std::ranges::any_of(
        group.runs, [&](const RunSeen& r) { return r.spec.seed == run.spec.seed && r.results == run.results; });
    if (known) group.same.push_back(run.folder);
    else group.runs.push_back(std::move(run));
    return;
  }
  RunGroup group;
  group.letter = groups.size() < 26 ? std::string(1, static_cast<char>('A' + groups.size()))
                                    : "#" + std::to_string(groups.size() + 1);
  group.runs.push_back(std::move(run));
  groups.push_back(std::move(group));
}

void collect_names(Comparison& comparison) {
  for (const RunGroup& group : comparison.groups) {
    for (const RunSeen& run : group.runs) {
      for (const auto& [name, value] : run.results) {
        if (std::ranges::find(comparison.names, name) == comparison.names.end()) comparison.names.push_back(name);
      }
    }
  }
  for (const char* prefix : {"test_", "val_", ""}) {
    for (const std::string& name : comparison.names) {
      if (name.starts_with(prefix) && !name.starts_with("best ")) comparison.judged.push_back(name);
    }
    if (!comparison.judged.empty()) return;
  }
}

// A run of the first group with the same seed; a seed may divide the data.
const RunSeen* twin(const RunGroup& first, const RunSeen& run) {
  const auto found = std::ranges::find(first.runs, run.spec.seed, [](const RunSeen& r) { return r.spec.seed; });
  return found == first.runs.end() ? nullptr : &*found;
}

void collect_notes(const RunGroup& first, const RunSeen& run, std::vector<std::string>& notes) {
  if (!run.record.ended())
    notes.push_back(run.folder + " did not end (" + run.record.status + "): its values are those of epoch " +
                    std::to_string(run.record.epoch));
  const RunSeen& reference = first.runs.front();
  const training::Surroundings &there = reference.record.surroundings, &here = run.record.surroundings;
  if (const RunSeen* same = twin(first, run); same != nullptr && same->record.surroundings.data != here.data)
    notes.push_back(run.folder + " saw other data than " + same->folder + ", or another division of them");
  if (here.processor != there.processor || here.device != there.device)
    notes.push_back(run.folder + " ran on " + here.device + " (" + here.processor + "), " + reference.folder + " on " +
                    there.device + " (" + there.processor + "): times do not compare");
}

void collect_notes(Comparison& comparison) {
  const auto keeps_best = [](const RunGroup& group) {
    return std::ranges::any_of(group.runs, [](const RunSeen& run) { return training::keeps_best_weights(run.spec); });
  };
  if (std::ranges::any_of(comparison.groups, keeps_best)) {
    comparison.notes.emplace_back(
        "test values are those of the weights that were kept, of the best epoch (restore_best_weights); the others are of "
        "the last epoch");
  }
  for (const RunGroup& group : comparison.groups) {
    for (const std::string& same : group.same)
      comparison.notes.push_back(same + " has recipe, seed and results of another run: it is not counted");
    for (const RunSeen& run : group.runs) collect_notes(comparison.groups.front(), run, comparison.notes);
  }
}

}  // namespace

std::vector<double> RunGroup::values(const std::string& name) const {
  std::vector<double> found;
  for (const RunSeen& run : runs) {
    if (const double* value = training::find_value(run.results, name)) found.push_back(*value);
  }
  return found;
}

Measured measure(const std::vector<double>& values) {
  Measured measured;
  measured.runs = values.size();
  const auto count = static_cast<double>(values.size());
  for (const double value : values) measured.mean += value / count;
  if (values.size() < 2) return measured;
  if (std::ranges::all_of(values, [&](double value) { return value == values[0]; })) {  // without rounding
    measured.mean = values[0];
    measured.deviation = 0;
    return measured;
  }
  double squares = 0;
  for (const double value : values) squares += std::pow(value - measured.mean, 2);
  measured.deviation = std::sqrt(squares / (count - 1));
  return measured;
}

Judgement judge(const std::vector<double>& first, const std::vector<double>& other) {
  constexpr double significant = 0.05;
  const Measured a = measure(first), b = measure(other);
  Judgement judgement;
  judgement.difference = b.mean - a.mean;
  if (!a.deviation || !b.deviation) return judgement;
  if (*a.deviation == 0 && *b.deviation == 0) {
    judgement.kind = judgement.difference == 0 ? Judgement::Kind::equal : Judgement::Kind::larger;
    return judgement;
  }
  judgement.p = training::welch(first, other).p;
  judgement.kind = *judgement.p < significant ? Judgement::Kind::larger : Judgement::Kind::within;
  return judgement;
}

Comparison compare_runs(std::vector<RunSeen> runs) {
  Comparison comparison;
  for (RunSeen& run : runs) put(comparison.groups, std::move(run));
  for (RunGroup& group : comparison.groups) group.cost = cost_of_run(group.runs.front());
  for (size_t i = 1; i < comparison.groups.size(); ++i)
    comparison.differences.push_back(differences(comparison.groups[0].runs.front(), comparison.groups[i].runs.front()));
  collect_names(comparison);
  collect_notes(comparison);
  return comparison;
}

}  // namespace dltrain::app
