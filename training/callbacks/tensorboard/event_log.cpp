#include "training/callbacks/tensorboard/event_log.h"

#include <algorithm>
#include <atomic>
#include <chrono>

#include "core/text.h"

namespace dltrain::training {

namespace {

double wall_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

std::string EventLog::path(const std::string& run, const std::string& name) const {
  return join_path(run.empty() ? folder_ : join_path(folder_, run), name);
}

void EventLog::open(const std::vector<std::string>& runs) {
  create_directories(folder_);
  const std::string listed = exists(list_) ? read_text(list_, ExitCode::io) : std::string();
  for (const std::string& line : split(listed, '\n')) {
    const bool known = std::any_of(earlier_.begin(), earlier_.end(),
                                   [&](const File& file) { return line == join_path(file.run, file.name); });
    if (!line.empty() && !known) remove_file(join_path(folder_, line));
  }
  for (const File& file : earlier_) {
    const std::string whole = path(file.run, file.name);
    if (exists(whole) && InputFile(whole, ExitCode::io).size() > file.length) truncate_file(whole, file.length);
  }
  for (const std::string& run : runs) writer(run);
}

formats::EventWriter& EventLog::writer(const std::string& run) {
  std::unique_ptr<formats::EventWriter>& writer = writers_[run];
  if (writer != nullptr) return *writer;
  static std::atomic<int64_t> number = 0;  // of the files of this process
  const double now = wall_time();
  auto seconds = static_cast<int64_t>(now);
  for (const File& file : earlier_) {
    if (file.run == run) seconds = std::max(seconds, formats::event_file_seconds(file.name) + 1);
  }
  const std::string name = formats::event_file_name(seconds, number++);
  create_directories(run.empty() ? folder_ : join_path(folder_, run));
  OutputFile(list_, OutputFile::Mode::append).write(join_path(run, name) + "\n");
  writer = std::make_unique<formats::EventWriter>(path(run, name), now);
  return *writer;
}

void EventLog::add(const std::string& run, int64_t step, std::vector<formats::SummaryValue> values) {
  formats::Event event;
  event.wall_time = wall_time();
  event.step = step;
  event.values = std::move(values);
  writer(run).add(event);
}

void EventLog::add_scalars(const std::string& run, int64_t step, std::span<const formats::NamedScalar> scalars) {
  writer(run).add_scalars(wall_time(), step, scalars);
}

void EventLog::add_graph(const std::string& run, std::string graph) {
  formats::Event event;
  event.wall_time = wall_time();
  event.graph = std::move(graph);
  writer(run).add(event);
}

void EventLog::flush() {
  for (const auto& [run, writer] : writers_) {
    if (writer != nullptr) writer->flush();
  }
}

Table EventLog::state() const {
  List files;
  const auto keep = [&](const std::string& run, const std::string& name, uint64_t length) {
    Table file;
    file.set("run", run);
    file.set("name", name);
    file.set("length", static_cast<int64_t>(length));
    files.emplace_back(std::move(file));
  };
  for (const File& file : earlier_) keep(file.run, file.name, file.length);
  for (const auto& [run, writer] : writers_) {
    if (writer != nullptr) keep(run, file_name(writer->path()), writer->size());
  }
  Table state;
  state.set("files", std::move(files));
  return state;
}

void EventLog::restore(const Table& state) {
  earlier_.clear();
  for (const Setting& setting : *state.at("files").list()) {
    const Table& file = *setting.table();
    earlier_.push_back(
        {*file.at("run").text(), *file.at("name").text(), static_cast<uint64_t>(*file.at("length").integer())});
  }
}

std::vector<std::string> EventLog::files() const {
  std::vector<std::string> files;
  for (const File& file : earlier_) files.push_back(path(file.run, file.name));
  for (const auto& [run, writer] : writers_) {
    if (writer != nullptr) files.push_back(writer->path());
  }
  return files;
}

}  // namespace dltrain::training
