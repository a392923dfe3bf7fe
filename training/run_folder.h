// A run is a folder: runs/NAME/0001 with recipe, environment, history and model. Made before the first batch, so that a run
// cannot be lost for want of a place to put it.
#pragma once

#include <string>
#include <vector>

#include "models/spec.h"
#include "training/events.h"

namespace dltrain::training {

class RunFolder {
 public:
  // Makes the next free number under `directory`/NAME, or `path` itself if it is not empty (an error if that holds a run
  // already). Writes recipe.toml and resolved.toml, and proves that files can be written there.
  RunFolder(const models::Spec& spec, const std::string& path, const std::string& recipe_text, const std::string& canonical);

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const;

  // run.json: what happened so far and where it ran.
  void write_status(const std::string& status, const std::string& reason, int64_t epoch, int64_t step, const Values& values,
                    double seconds);
  // Facts about the environment for run.json: "device", "threads", library versions, fingerprints.
  void set_environment(std::vector<std::pair<std::string, std::string>> facts) { environment_ = std::move(facts); }
  void add_fact(std::string name, std::string value) { environment_.emplace_back(std::move(name), std::move(value)); }

 private:
  std::string path_;
  std::string name_;
  uint64_t seed_;
  std::vector<std::pair<std::string, std::string>> environment_;
};

}  // namespace dltrain::training
