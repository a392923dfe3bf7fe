// The values that a run ended with: see runs.h.
#include <algorithm>
#include <array>
#include <set>

#include <catch2/catch_test_macros.hpp>

#include "core/diagnostic.h"
#include "core/files.h"
#include "core/sha256.h"
#include "core/text.h"
#include "formats/hdf5/weights_file.h"
#include "formats/json/json.h"
#include "formats/safetensors/safetensors.h"
#include "formats/tfevents/event_reader.h"
#include "tests/faults/runs.h"

namespace dltrain::test {

namespace {

std::string value_of(const Array& array) {
  return std::string(name(array.dtype)) + " " + array.shape.text() + " " + hex_text(sha256(array.bytes));
}

// Clocks and lengths of texts that hold clocks.
bool is_left_out(const std::string& key) {
  const std::array<std::string_view, 6> parts = {"seconds", "length", "time", "memory", "file", "per_second"};
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return key.find(part) != std::string::npos; });
}

void add_setting(Fingerprint& found, const std::string& path, const Setting& value) {
  if (value.table() == nullptr) {
    found[path] = value.toml();
    return;
  }
  for (const Table::Entry& entry : value.table()->entries()) {
    if (!is_left_out(entry.key)) add_setting(found, path + "." + entry.key, entry.value);
  }
}

void add_weights(Fingerprint& found, const std::string& prefix, const std::string& path) {
  for (const formats::WeightGroup& group : formats::read_weights_file(path)) {
    for (size_t i = 0; i < group.variables.size(); ++i) {
      found[prefix + group.path + "/" + std::to_string(i)] = value_of(group.variables[i]);
    }
  }
}

void add_checkpoint(Fingerprint& found, const std::string& folder) {
  const Setting manifest = formats::read_json(folder + "/manifest.json", ExitCode::model);
  add_setting(found, "position", manifest.table()->at("position"));
  add_setting(found, "callbacks", manifest.table()->at("callbacks"));
  add_weights(found, "checkpoint ", folder + "/model.weights.h5");
  for (const auto& [name, array] : formats::read_safetensors(folder + "/training.safetensors").arrays)
    found["training " + name] = value_of(array);
}

// "step-00000012.2" is newer than "step-00000012", and all are older than "step-00000013".
std::string newest(const std::string& checkpoints) {
  std::string last;
  for (const std::string& name : list_directory(checkpoints, ExitCode::io)) {
    if (name.starts_with("step-")) last = std::max(last, name);
  }
  return join_path(checkpoints, last);
}

void add_history(Fingerprint& found, const std::string& run) {
  int number = 0;
  for (const std::string& line : split(read_text(run + "/history.jsonl", ExitCode::io), '\n')) {
    if (line.empty()) continue;
    add_setting(found, "history.jsonl line " + std::to_string(++number),
                formats::parse_json(line, "history.jsonl", ExitCode::io));
  }
  number = 0;
  std::set<size_t> left_out;
  for (const std::string& line : split(read_text(run + "/history.csv", ExitCode::io), '\n')) {
    std::vector<std::string> cells = split(line, ',');
    for (size_t i = 0; i < cells.size(); ++i) {
      if (number == 0 && is_left_out(cells[i])) left_out.insert(i);
      if (left_out.contains(i)) cells[i].clear();
    }
    found["history.csv line " + std::to_string(++number)] = join(cells, ",");
  }
}

// All files of a folder in the order of their names, as TensorBoard reads them.
void add_events(Fingerprint& found, const std::string& folder, const std::string& prefix) {
  if (!is_directory(folder)) return;
  for (const std::string& name : list_directory(folder, ExitCode::io)) {
    if (is_directory(join_path(folder, name))) add_events(found, join_path(folder, name), prefix + name + "/");
    if (!formats::is_event_file(name)) continue;
    formats::EventReader reader(join_path(folder, name));
    while (const auto event = reader.next()) {
      for (const formats::SummaryValue& value : event->values) {
        if (is_left_out(value.tag) || value.plugin == "text" || value.plugin == "hparams") continue;
        std::string& entry = found["event " + prefix + value.tag + " at " + std::to_string(event->step)];
        if (!entry.empty()) entry += "; again: ";
        const Array* array = std::get_if<Array>(&value.data);
        entry += array != nullptr ? value_of(*array) : "texts";
      }
    }
    if (reader.damaged() > 0 || reader.lost()) found["damaged " + prefix + name] = "yes";
  }
}

}  // namespace

Fingerprint fingerprint(const std::string& run) {
  Fingerprint found;
  add_checkpoint(found, newest(run + "/checkpoints"));
  add_weights(found, "model ", run + "/model/model.weights.h5");
  add_history(found, run);
  if (exists(run + "/log.csv")) {
    int number = 0;
    for (const std::string& line : split(read_text(run + "/log.csv", ExitCode::io), '\n'))
      found["log.csv line " + std::to_string(++number)] = line;
  }
  add_events(found, run + "/events", "");
  return found;
}

Fingerprint without_lost_logs(Fingerprint fingerprint, const std::string& errors) {
  std::string said;  // without the line breaks of messages
  for (const char c : errors) {
    if (c == '\n') said += said.ends_with(' ') ? "" : " ";
    else if (c != ' ' || !said.ends_with(' ')) said += c;
  }
  const auto lost = [&](const std::string& name) {
    return said.find(name + " gets nothing more of this run") != std::string::npos;
  };
  std::erase_if(fingerprint, [&](const auto& entry) {
    const std::string& key = entry.first;
    if (lost("TensorBoard") &&
        (key.starts_with("event ") || key.starts_with("damaged ") || key.starts_with("callbacks.TensorBoard")))
      return true;
    for (const char* name : {"history.csv", "history.jsonl", "log.csv"}) {
      if (lost(name) && key.starts_with(name)) return true;
    }
    return false;
  });
  return fingerprint;
}

std::string difference(const Fingerprint& expected, const Fingerprint& found) {
  std::string text;
  for (const auto& [key, value] : expected) {
    const auto other = found.find(key);
    if (other == found.end()) text += key + " is missing\n";
    else if (other->second != value) text += key + ": " + value + " became " + other->second + "\n";
  }
  for (const auto& [key, value] : found) {
    if (!expected.contains(key)) text += key + " should not be there: " + value + "\n";
  }
  return text;
}

}  // namespace dltrain::test
