// The event files below a folder, as TensorBoard sees them: each folder that holds some is a run; its files are read in
// the order of their names. Files that still grow are read on from where the last look ended.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "formats/tfevents/event_reader.h"

namespace dltrain::formats {

struct ScalarPoint {
  int64_t step;
  double wall_time;
  double value;
};

// One tag of one run.
struct LogSeries {
  std::string run;  // the folder relative to the one that was asked for; "" for itself
  std::string tag;
  std::string plugin;  // "scalars", "text", ...; "graph" for a graph of operations
  int64_t count = 0;
  int64_t first_step = 0, last_step = 0;
  std::vector<ScalarPoint> points;  // of scalars, in the order of the files
};

class LogFolder {
 public:
  // A folder, or one event file. Throws UserError (io) if there is nothing of that name.
  explicit LogFolder(std::string path);

  // Reads what is new; false if nothing is. Links to folders are not followed.
  bool update();
  // By run, then in the order in which the tags appeared.
  std::vector<const LogSeries*> series() const;
  // Records that cannot be read: their check sums are wrong.
  int64_t damaged() const;
  bool has_files() const { return !readers_.empty(); }

 private:
  void find_files(const std::string& folder, const std::string& run, int depth);
  bool read(const std::string& run, EventReader& reader);
  LogSeries& find_series(const std::string& run, const std::string& tag, const std::string& plugin);

  std::string path_;
  // By run, then by name of the file.
  std::map<std::pair<std::string, std::string>, std::unique_ptr<EventReader>> readers_;
  std::map<std::string, std::vector<std::unique_ptr<LogSeries>>> series_;
};

}  // namespace dltrain::formats
