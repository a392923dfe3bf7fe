#include "formats/tfevents/log_folder.h"

#include <algorithm>

#include "core/diagnostic.h"
#include "formats/tfevents/summaries.h"

namespace dltrain::formats {

LogFolder::LogFolder(std::string path) : path_(std::move(path)) {
  if (!exists(path_))
    throw UserError(ExitCode::io, "no-such-path", path_, "there is no such file or folder", "name the folder of a run");
}

void LogFolder::find_files(const std::string& folder, const std::string& run, int depth) {
  constexpr int deepest = 8;
  if (depth > deepest) return;
  for (const std::string& name : list_directory(folder, ExitCode::io)) {
    const std::string path = join_path(folder, name);
    if (is_directory(path)) {
      find_files(path, run.empty() ? name : run + "/" + name, depth + 1);
    } else if (is_event_file(name)) {
      std::unique_ptr<EventReader>& reader = readers_[{run, name}];
      if (reader == nullptr) reader = std::make_unique<EventReader>(path);
    }
  }
}

bool LogFolder::update() {
  if (is_directory(path_)) find_files(path_, "", 0);
  else if (readers_.empty()) readers_[{"", file_name(path_)}] = std::make_unique<EventReader>(path_);
  bool is_new = false;
  for (const auto& [key, reader] : readers_) is_new = read(key.first, *reader) || is_new;
  return is_new;
}

LogSeries& LogFolder::find_series(const std::string& run, const std::string& tag, const std::string& plugin) {
  auto& of_run = series_[run];
  const auto found = std::find_if(of_run.begin(), of_run.end(), [&](const auto& s) { return s->tag == tag; });
  if (found != of_run.end()) return **found;
  of_run.push_back(std::make_unique<LogSeries>(LogSeries{run, tag, plugin, 0, 0, 0, {}}));
  return *of_run.back();
}

bool LogFolder::read(const std::string& run, EventReader& reader) {
  bool is_new = false;
  const auto note = [&](LogSeries& series, int64_t step) {
    if (series.count++ == 0) series.first_step = step;
    series.last_step = step;
    is_new = true;
  };
  while (std::optional<Event> event = reader.next()) {
    if (!event->graph.empty()) note(find_series(run, "graph", "graph"), event->step);
    for (SummaryValue& value : event->values) {
      LogSeries& series = find_series(run, value.tag, value.plugin);
      note(series, event->step);
      value.plugin = series.plugin;  // only the first value of a tag must say what it is
      if (const std::optional<double> number = scalar_of(value)) {
        series.points.push_back({event->step, event->wall_time, *number});
      }
    }
  }
  return is_new;
}

std::vector<const LogSeries*> LogFolder::series() const {
  std::vector<const LogSeries*> all;
  for (const auto& [run, of_run] : series_) {
    for (const auto& series : of_run) all.push_back(series.get());
  }
  return all;
}

int64_t LogFolder::damaged() const {
  int64_t count = 0;
  for (const auto& [key, reader] : readers_) count += reader->damaged();
  return count;
}

}  // namespace dltrain::formats
