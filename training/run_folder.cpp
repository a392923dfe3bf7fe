#include "training/run_folder.h"

#include <cstdio>

#include "core/diagnostic.h"
#include "core/files.h"
#include "core/setting.h"
#include "core/version.h"
#include "formats/json/json.h"

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
  throw UserError(ExitCode::io, parent, "there are a million runs already", "move some of them away");
}

std::string make_given_folder(const std::string& path) {
  if (exists(join_path(path, "run.json"))) {
    throw UserError(ExitCode::io, path, "the folder holds a run already", "name another one with --run, or none");
  }
  create_directories(path);
  return path;
}

}  // namespace

RunFolder::RunFolder(const models::Spec& spec, const std::string& path, const std::string& recipe_text, const std::string& canonical)
    : path_(path.empty() ? make_next_folder(join_path(spec.run.directory, spec.name)) : make_given_folder(path)),
      name_(spec.name),
      seed_(spec.seed) {
  write_file_durably(file("recipe.toml"), recipe_text);
  write_file_durably(file("resolved.toml"), canonical);
}

std::string RunFolder::file(const std::string& name) const { return join_path(path_, name); }

void RunFolder::write_status(const std::string& status, const std::string& reason, int64_t epoch, int64_t step, const Values& values,
                             double seconds) {
  Table run;
  run.set("format", 1);
  run.set("name", name_);
  run.set("status", status);
  if (!reason.empty()) run.set("reason", reason);
  run.set("epoch", epoch);
  run.set("step", step);
  run.set("seconds", seconds);
  Table results;
  for (const auto& [name, value] : values) results.set(name, value);
  run.set("values", std::move(results));
  Table environment;
  environment.set("dltrain", version());
  environment.set("seed", static_cast<int64_t>(seed_));
  for (const auto& [name, value] : environment_) environment.set(name, value);
  run.set("environment", std::move(environment));
  write_file_durably(file("run.json"), formats::json_text(Setting(std::move(run)), 2) + "\n");
}

}  // namespace dltrain::training
