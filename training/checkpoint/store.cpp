#include "training/checkpoint/store.h"

#include <algorithm>
#include <cstdio>

#include "core/diagnostic.h"
#include "core/files.h"
#include "training/checkpoint/checkpoint.h"

namespace dltrain::training {

namespace {

constexpr auto checkpoints_folder = "checkpoints";

std::string name_of(int64_t step, int64_t number) {
  char name[64];
  std::snprintf(name, sizeof name, number > 1 ? "step-%08ld.%ld" : "step-%08ld", static_cast<long>(step),
                static_cast<long>(number));
  return name;
}

std::optional<StoredCheckpoint> parse_name(const std::string& folder, const std::string& name) {
  long step = 0, number = 1;
  if (std::sscanf(name.c_str(), "step-%ld.%ld", &step, &number) < 1 || name_of(step, number) != name) return {};
  return StoredCheckpoint{join_path(folder, name), step, number, {}};
}

bool better(const StoredCheckpoint& a, const StoredCheckpoint& b) {
  return a.rank && (!b.rank || a.rank->better_than(*b.rank));
}

}  // namespace

std::vector<StoredCheckpoint> list_checkpoints(const std::string& run) {
  const std::string folder = join_path(run, checkpoints_folder);
  std::vector<StoredCheckpoint> found;
  if (!is_directory(folder)) return found;
  for (const std::string& name : list_directory(folder, ExitCode::io)) {
    if (auto checkpoint = parse_name(folder, name)) found.push_back(*checkpoint);
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return std::pair(a.step, a.number) < std::pair(b.step, b.number); });
  return found;
}

std::vector<StoredCheckpoint> ranked_checkpoints(const std::string& run, bool quick) {
  std::vector<StoredCheckpoint> good;
  for (StoredCheckpoint& checkpoint : list_checkpoints(run)) {
    try {
      const std::string path = join_path(checkpoint.path, "manifest.json");
      checkpoint.rank =
          (quick ? parse_manifest(read_text(path, ExitCode::model), path) : verify_checkpoint(checkpoint.path)).rank;
      good.push_back(std::move(checkpoint));
    } catch (const UserError&) {
      // Damaged, and said so by newest_checkpoint; it stays where it is.
    }
  }
  return good;
}

std::optional<StoredCheckpoint> newest_checkpoint(const std::string& run, std::vector<std::string>& notes) {
  std::vector<StoredCheckpoint> all = list_checkpoints(run);
  for (auto checkpoint = all.rbegin(); checkpoint != all.rend(); ++checkpoint) {
    try {
      checkpoint->rank = verify_checkpoint(checkpoint->path).rank;
      return *checkpoint;
    } catch (const UserError& error) {
      const Diagnostic& d = error.diagnostics().front();
      notes.push_back("checkpoint " + checkpoint->path + " is not used: " + file_name(d.who) + ": " + d.what);
    }
  }
  return {};
}

std::optional<StoredCheckpoint> best_checkpoint(const std::string& run) {
  std::optional<StoredCheckpoint> best;
  for (StoredCheckpoint& checkpoint : ranked_checkpoints(run, false)) {
    if (!best || !best->rank || better(checkpoint, *best)) best = std::move(checkpoint);
  }
  return best;
}

CheckpointStore::CheckpointStore(const std::string& run) : run_(run), folder_(join_path(run, checkpoints_folder)) {
  create_directories(folder_);
  for (const std::string& name : list_directory(folder_, ExitCode::io)) {
    if (name.starts_with(".tmp-") || name.starts_with(".old-")) remove_checkpoint(join_path(folder_, name));
  }
  checkpoints_ = ranked_checkpoints(run, false);
}

std::string CheckpointStore::path_for(int64_t step) const {
  for (int64_t number = 1;; ++number) {
    std::string path = join_path(folder_, name_of(step, number));
    if (!exists(path)) return path;
  }
}

void CheckpointStore::added(const std::string& path, int64_t step, const std::optional<Rank>& rank,
                            const Retention& keep) {
  checkpoints_.push_back({path, step, 1, rank});
  link_best();
  prune(keep);
}

void CheckpointStore::link_best() {
  const auto best = std::max_element(checkpoints_.begin(), checkpoints_.end(),
                                     [](const auto& a, const auto& b) { return better(b, a); });
  if (best == checkpoints_.end() || !best->rank) return;
  replace_link(join_path(checkpoints_folder, file_name(best->path)), join_path(run_, "best"));
}

void CheckpointStore::prune(const Retention& keep) {
  std::vector<const StoredCheckpoint*> ranked;
  for (const StoredCheckpoint& checkpoint : checkpoints_) {
    if (checkpoint.rank) ranked.push_back(&checkpoint);
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const auto* a, const auto* b) { return better(*a, *b); });
  const auto kept_as_best = [&](const StoredCheckpoint& checkpoint) {
    const auto end =
        ranked.begin() + static_cast<long>(std::min<size_t>(ranked.size(), static_cast<size_t>(keep.best)));
    return std::find(ranked.begin(), end, &checkpoint) != end;
  };
  std::vector<StoredCheckpoint> kept;
  for (size_t i = 0; i < checkpoints_.size(); ++i) {
    const bool is_recent = checkpoints_.size() - i <= static_cast<size_t>(std::max<int64_t>(keep.last, 1));
    if (is_recent || kept_as_best(checkpoints_[i])) {
      kept.push_back(checkpoints_[i]);
      continue;
    }
    if (!exists(checkpoints_[i].path)) continue;  // an earlier attempt ended in between
    const std::string aside = join_path(folder_, ".old-" + file_name(checkpoints_[i].path));
    rename_file(checkpoints_[i].path, aside);
    remove_checkpoint(aside);
  }
  checkpoints_ = std::move(kept);
}

}  // namespace dltrain::training
