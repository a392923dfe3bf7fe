// The event files of one log folder. TensorBoard calls each of its sub-folders a run ("train", "validation"; "" is the
// folder itself). Where a training run goes on from a checkpoint, each file is cut back to the length that the
// checkpoint knows and never appended to; a new file, whose name sorts behind it, takes what follows. So no step is
// missing or appears twice.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/setting.h"
#include "formats/tfevents/event_writer.h"

namespace dltrain::training {

class EventLog {
 public:
  EventLog() = default;
  // `list` is a file that names every event file before it is made, one a line, so that files which were begun after
  // the checkpoint are known for our own. Nothing is made yet.
  EventLog(std::string folder, std::string list) : folder_(std::move(folder)), list_(std::move(list)) {}

  const std::string& folder() const { return folder_; }
  // Removes or cuts off what an interrupted process wrote after the checkpoint, and makes the files of `runs`, so that
  // it is known that files can be made, and no step waits for it.
  void open(const std::vector<std::string>& runs);

  // Kept in memory; files appear with the first flush. A value that is no finite number is written as it is.
  void add(const std::string& run, int64_t step, std::vector<formats::SummaryValue> values);
  void add_scalars(const std::string& run, int64_t step, std::span<const formats::NamedScalar> scalars);
  void add_graph(const std::string& run, std::string graph);
  void flush();

  // The files and their lengths, without what was not flushed. restore() comes before open().
  Table state() const;
  void restore(const Table& state);
  std::vector<std::string> files() const;

 private:
  struct File {
    std::string run, name;
    uint64_t length = 0;
  };
  formats::EventWriter& writer(const std::string& run);
  std::string path(const std::string& run, const std::string& name) const;

  std::string folder_;
  std::string list_;
  std::vector<File> earlier_;  // of processes before this one
  std::map<std::string, std::unique_ptr<formats::EventWriter>> writers_;  // by run
};

}  // namespace dltrain::training
