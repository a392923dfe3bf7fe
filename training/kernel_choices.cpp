#include "training/kernel_choices.h"

#include <algorithm>
#include <vector>

#include "core/diagnostic.h"
#include "core/files.h"
#include "core/text.h"
#include "formats/json/json.h"
#include "training/checkpoint/manifest.h"
#include "training/state_table.h"

namespace dltrain::training {

namespace {

constexpr int64_t format_version = 1;

// The folders of runs, the newest first.
std::vector<std::string> runs_in(const std::string& parent) {
  std::vector<std::pair<int64_t, std::string>> numbered;
  if (!is_directory(parent)) return {};
  for (const std::string& name : list_directory(parent, ExitCode::io)) {
    if (const auto number = parse_integer(name)) numbered.emplace_back(*number, join_path(parent, name));
  }
  std::ranges::sort(numbered, std::ranges::greater());
  std::vector<std::string> runs;
  for (auto& [number, path] : numbered) runs.push_back(std::move(path));
  return runs;
}

std::optional<KeptKernels> found(const Setting* table, std::string source) {
  if (table == nullptr || table->table() == nullptr) return std::nullopt;
  KeptKernels kept{choices_from(*table->table()), std::move(source)};
  return kept.choices.kernels.empty() ? std::nullopt : std::optional(std::move(kept));
}

const std::string* text_in(const Table& table, const char* key) {
  const Setting* value = table.find(key);
  return value == nullptr ? nullptr : value->text();
}

double seconds_in(const Table& table, const char* key) { return table.contains(key) ? number_of(table.at(key)) : 0; }

}  // namespace

Table choices_table(const backends::KernelChoices& choices) {
  Table table, kernels;
  if (choices.kernels.empty()) return table;
  for (const auto& [key, choice] : choices.kernels) {
    Table entry;
    entry.set("implementation", choice.implementation);
    entry.set("seconds", choice.seconds);
    entry.set("rule", choice.rule);
    entry.set("rule_seconds", choice.rule_seconds);
    kernels.set(key, std::move(entry));
  }
  table.set("processor", choices.processor);
  table.set("kernels", std::move(kernels));
  return table;
}

backends::KernelChoices choices_from(const Table& table) {
  backends::KernelChoices choices;
  const std::string* processor = text_in(table, "processor");
  const Setting* kernels = table.find("kernels");
  if (processor == nullptr || kernels == nullptr || kernels->table() == nullptr) return {};
  choices.processor = *processor;
  for (const Table::Entry& entry : kernels->table()->entries()) {
    const Table* kernel = entry.value.table();
    const std::string* implementation = kernel == nullptr ? nullptr : text_in(*kernel, "implementation");
    if (implementation == nullptr) continue;
    const std::string* rule = text_in(*kernel, "rule");
    choices.kernels[entry.key] = {*implementation, seconds_in(*kernel, "seconds"), rule == nullptr ? "" : *rule,
                                  seconds_in(*kernel, "rule_seconds")};
  }
  return choices;
}

void write_kernels(const std::string& run, const backends::KernelChoices& choices) {
  Table table = choices_table(choices);
  table.set("format", format_version);
  write_file_durably(join_path(run, kernels_file), formats::json_text(Setting(std::move(table)), 2) + "\n");
}

std::optional<KeptKernels> kernels_of_checkpoint(const std::string& checkpoint) {
  const std::string path = join_path(checkpoint, "manifest.json");
  const Setting table(parse_manifest(read_text(path, ExitCode::model, uint64_t{256} << 20), path).kernels);
  return found(&table, checkpoint);
}

std::optional<KeptKernels> kernels_of_run(const std::string& run) {
  const std::string path = join_path(run, kernels_file);
  if (!exists(path)) return std::nullopt;
  try {
    const Setting setting = formats::read_json(path, ExitCode::model);
    return found(&setting, path);
  } catch (const UserError&) {
    return std::nullopt;  // cut off, or changed by hand: what it said can be timed again
  }
}

std::optional<KeptKernels> kernels_of_earlier_run(const std::string& parent, const std::string& processor) {
  for (const std::string& run : runs_in(parent)) {
    std::optional<KeptKernels> kept = kernels_of_run(run);
    if (kept && kept->choices.processor == processor) return kept;
  }
  return std::nullopt;
}

}  // namespace dltrain::training
