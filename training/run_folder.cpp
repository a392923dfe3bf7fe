#include "training/run_folder.h"

#include <unistd.h>
#include <cstdio>

#include "core/diagnostic.h"
#include "core/files.h"
#include "core/setting.h"
#include "formats/json/json.h"
#include "training/state_table.h"

namespace dltrain::training {

namespace {

constexpr int most_runs = 1'000'000;

std::string make_next_folder(const std::string& parent) {
  create_directories(parent);
  int number = 1;
  for (const std::string& name : list_directory(parent, ExitCode::io)) {
    int found = 0;
    if (std::sscanf(name.c_str(), "%d", &found) == 1 && found >= number) number = found + 1;
  }
  for (; number < most_runs; ++number) {
    char name[16];
    std::snprintf(name, sizeof name, "%04d", number);
    const std::string path = join_path(parent, name);
    if (create_directory_exclusively(path)) return path;
  }
  throw UserError(ExitCode::io, "run-exists", parent, "there are a million runs already", "move some of them away");
}

Table values_table(const Values& values) {
  Table table;
  for (const auto& [name, value] : values) table.set(name, value);
  return table;
}

}  // namespace

RunRecord read_run_record(const std::string& run) {
  const std::string path = join_path(run, "run.json");
  if (!exists(path))
    throw UserError(ExitCode::model, "no-run", run, "there is no run",
                    "name the folder that \"dltrain fit\" printed; \"dltrain runs\" lists them");
  const Setting setting = formats::read_json(path, ExitCode::model);
  const Table* table = setting.table();
  const Setting* surroundings = table != nullptr ? table->find("surroundings") : nullptr;
  if (surroundings == nullptr || surroundings->table() == nullptr) {
    throw UserError(ExitCode::model, "no-run", path, "this is not the record of a run, or of one by an older dltrain",
                    "train again");
  }
  RunRecord record;
  record.name = text_at(*table, "name");
  record.status = text_at(*table, "status");
  record.closed = !table->contains("closed");
  if (table->contains("reason")) record.reason = text_at(*table, "reason");
  record.epoch = count_at(*table, "epoch");
  record.epochs = count_at(*table, "epochs");
  record.step = count_at(*table, "step");
  record.seconds = number_at(*table, "seconds");
  record.seed = static_cast<uint64_t>(count_at(*table, "seed"));
  if (table->contains("initial_weights")) record.initial_weights = text_at(*table, "initial_weights");
  for (const Table::Entry& entry : table->at("values").table()->entries())
    record.values.emplace_back(entry.key, number_of(entry.value));
  if (const Setting* verdicts = table->find("expectations"); verdicts != nullptr && verdicts->list() != nullptr)
    record.verdicts = verdicts_from(*verdicts->list());
  if (table->contains("batch_choice") && table->at("batch_choice").table() != nullptr)
    record.batch_choice = *table->at("batch_choice").table();
  record.surroundings = surroundings_from(*surroundings->table());
  return record;
}

void check_writable(const std::string& folder) {
  const std::string probe = join_path(folder, ".probe-" + std::to_string(::getpid()));
  write_file_durably(probe, "dltrain can write here\n");
  remove_file(probe);
}

RunFolder::RunFolder(std::string path) : path_(std::move(path)), lock_(std::make_unique<FolderLock>(path_)) {}

RunFolder RunFolder::create(const models::Spec& spec, const std::string& path, const std::string& recipe_text,
                            const std::string& canonical) {
  if (!path.empty()) create_directories(path);
  RunFolder folder(path.empty() ? make_next_folder(join_path(spec.run.directory, spec.name)) : path);
  if (exists(folder.file("run.json"))) {
    throw UserError(ExitCode::io, "run-exists", path, "the folder holds a run already",
                    "go on with it: dltrain resume " + path + ", or name another folder");
  }
  folder.record_.name = spec.name;
  folder.record_.seed = spec.seed;
  folder.record_.epochs = spec.train.epochs;
  folder.record_.status = "running";
  write_file_durably(folder.file("recipe.toml"), recipe_text);
  write_file_durably(folder.file("resolved.toml"), canonical);
  folder.write();
  return folder;
}

RunFolder RunFolder::open(const std::string& path) {
  read_run_record(path);  // no lock where no run is
  RunFolder folder(path);
  folder.record_ = read_run_record(path);
  return folder;
}

std::string RunFolder::file(const std::string& name) const { return join_path(path_, name); }

void RunFolder::check_places() const {
  for (const char* name : {"checkpoints", "events", "failures", "model"}) {
    const std::string path = file(name);
    if (!exists(path)) continue;
    if (!is_directory(path))
      throw UserError(ExitCode::io, "not-a-folder", path, "there is a file where the run needs a folder",
                      "move it away, or name another folder for the run");
    check_writable(path);
  }
}

void RunFolder::write_resolved(const std::string& canonical) { write_file_durably(file("resolved.toml"), canonical); }

void RunFolder::write() {
  Table run;
  run.set("format", 1);
  run.set("name", record_.name);
  run.set("status", record_.status);
  if (!record_.closed) run.set("closed", false);
  if (!record_.reason.empty()) run.set("reason", record_.reason);
  run.set("epoch", record_.epoch);
  run.set("epochs", record_.epochs);
  run.set("step", record_.step);
  run.set("seconds", record_.seconds);
  run.set("seed", static_cast<int64_t>(record_.seed));
  if (!record_.initial_weights.empty()) run.set("initial_weights", record_.initial_weights);
  run.set("values", values_table(record_.values));
  if (!record_.verdicts.empty()) run.set("expectations", verdict_list(record_.verdicts));
  if (!record_.batch_choice.empty()) run.set("batch_choice", record_.batch_choice);
  run.set("surroundings", surroundings_table(record_.surroundings));
  write_file_durably(file("run.json"), formats::json_text(Setting(std::move(run)), 2) + "\n");
}

}  // namespace dltrain::training
