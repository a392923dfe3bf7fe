#include "tests/faults/logs.h"

#include <array>
#include <cstring>
#include <map>
#include <set>
#include <vector>

#include "core/files.h"
#include "core/text.h"
#include "formats/json/json.h"

namespace dltrain::test {

namespace {

// CRC-32C, bit by bit, masked as TFRecord does.
uint32_t masked_sum(std::string_view bytes) {
  uint32_t crc = 0xffffffff;
  for (const char c : bytes) {
    crc ^= static_cast<uint8_t>(c);
    for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  crc ^= 0xffffffff;
  return (crc >> 15 | crc << 17) + 0xa282ead8;
}

template <class T> T number_at(std::string_view bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof(value));
  return value;
}

// The records of a file that are whole; what follows them is left in `rest`. Wrong sums are told in `trouble`.
std::vector<std::string_view> records_of(std::string_view bytes, std::string_view& rest, std::string& trouble) {
  constexpr size_t head = 12, foot = 4;
  std::vector<std::string_view> records;
  while (bytes.size() >= head) {
    const auto size = number_at<uint64_t>(bytes, 0);
    if (masked_sum(bytes.substr(0, 8)) != number_at<uint32_t>(bytes, 8)) {
      trouble += "a length has a wrong sum; ";
      break;
    }
    if (bytes.size() - head < size + foot) break;
    const std::string_view record = bytes.substr(head, size);
    if (masked_sum(record) != number_at<uint32_t>(bytes, head + size)) trouble += "a record has a wrong sum; ";
    records.push_back(record);
    bytes.remove_prefix(head + size + foot);
  }
  rest = bytes;
  return records;
}

// The fields of a protobuf message.
struct Field {
  uint64_t number = 0;
  uint64_t value = 0;      // of a varint
  std::string_view bytes;  // of what has a length
};

uint64_t varint(std::string_view& bytes) {
  uint64_t value = 0;
  for (int shift = 0; !bytes.empty(); shift += 7) {
    const auto byte = static_cast<uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 127) << shift;
    if (byte < 128) break;
  }
  return value;
}

std::vector<Field> fields_of(std::string_view bytes) {
  std::vector<Field> fields;
  while (!bytes.empty()) {
    const uint64_t key = varint(bytes);
    Field field{key >> 3, 0, {}};
    if ((key & 7) == 0) field.value = varint(bytes);
    else {
      const size_t size = (key & 7) == 2 ? varint(bytes) : (key & 7) == 1 ? 8 : 4;
      field.bytes = bytes.substr(0, size);
      bytes.remove_prefix(std::min(size, bytes.size()));
    }
    fields.push_back(field);
  }
  return fields;
}

using Seen = std::map<std::pair<std::string, int64_t>, int>;  // {tag, step}: how often

void note_event(std::string_view record, Seen& seen) {
  constexpr uint64_t step_field = 2, summary_field = 5, value_field = 1, tag_field = 1;
  int64_t step = 0;
  std::vector<std::string> tags;
  for (const Field& field : fields_of(record)) {
    if (field.number == step_field) step = static_cast<int64_t>(field.value);
    if (field.number != summary_field) continue;
    for (const Field& value : fields_of(field.bytes)) {
      if (value.number != value_field) continue;
      for (const Field& part : fields_of(value.bytes)) {
        if (part.number == tag_field) tags.emplace_back(part.bytes);
      }
    }
  }
  for (const std::string& tag : tags) ++seen[{tag, step}];
}

std::string trouble_of_events(const std::string& folder, bool ended, Seen& seen) {
  std::string trouble;
  for (const std::string& name : list_directory(folder, ExitCode::io)) {
    const std::string path = join_path(folder, name);
    if (is_directory(path) || name.find("tfevents") == std::string::npos) continue;
    const std::string bytes = read_text(path, ExitCode::io);
    std::string_view rest;
    std::string wrong;
    for (const std::string_view record : records_of(bytes, rest, wrong)) note_event(record, seen);
    if (ended && !rest.empty()) wrong += std::to_string(rest.size()) + " bytes are no record; ";
    if (!wrong.empty()) trouble += name + ": " + wrong;
  }
  return trouble;
}

// Of a run: events/ and the folders in it, each with tags of its own.
std::string trouble_of_all_events(const std::string& run, bool ended, int64_t steps) {
  const std::string events = run + "/events";
  std::string trouble;
  if (!is_directory(events)) return trouble;
  std::vector<std::string> folders = {""};
  for (const std::string& name : list_directory(events, ExitCode::io)) {
    if (is_directory(join_path(events, name))) folders.push_back(name);
  }
  for (const std::string& folder : folders) {
    Seen seen;
    trouble += trouble_of_events(join_path(events, folder), ended, seen);
    if (!ended) continue;
    for (const auto& [key, count] : seen) {
      if (count > 1) trouble += folder + ": " + key.first + " has step " + std::to_string(key.second) + " twice; ";
    }
    if (folder != "train") continue;
    for (int64_t step = 1; step <= steps; ++step) {
      if (!seen.contains({"step_loss", step})) trouble += "step_loss lacks step " + std::to_string(step) + "; ";
    }
    if (steps > 0 && seen.contains({"step_loss", steps + 1})) trouble += "step_loss goes on after the last step; ";
  }
  return trouble;
}

// Lines that are whole; the last, which has no end, counts only where the run has ended.
std::vector<std::string> whole_lines(const std::string& path, bool ended, std::string& trouble) {
  if (!exists(path)) return {};
  const std::string text = read_text(path, ExitCode::io);
  std::vector<std::string> lines = split(text, '\n');
  if (ended && !lines.back().empty()) trouble += file_name(path) + " ends within a line; ";
  lines.pop_back();
  return lines;
}

std::string trouble_of_csv(const std::string& path, bool ended, int64_t first_epoch) {
  std::string trouble;
  const std::vector<std::string> lines = whole_lines(path, ended, trouble);
  for (size_t i = 1; i < lines.size(); ++i) {
    const std::vector<std::string> cells = split(lines[i], ',');
    if (cells.size() != split(lines[0], ',').size()) trouble += file_name(path) + " has a line of other cells; ";
    if (cells[0] != std::to_string(first_epoch + static_cast<int64_t>(i) - 1))
      trouble += file_name(path) + " has epoch " + cells[0] + " at line " + std::to_string(i) + "; ";
  }
  return trouble;
}

std::string trouble_of_json_lines(const std::string& path, bool ended) {
  std::string trouble;
  int64_t epoch = 0;
  for (const std::string& line : whole_lines(path, ended, trouble)) {
    const Setting setting = formats::parse_json(line, path, ExitCode::io);
    if (*setting.table()->at("epoch").integer() != ++epoch) trouble += file_name(path) + " has a wrong epoch; ";
  }
  return trouble;
}

std::string trouble_of(const std::string& run, bool ended, int64_t steps) {
  return trouble_of_all_events(run, ended, steps) + trouble_of_csv(run + "/history.csv", ended, 1) +
         trouble_of_csv(run + "/log.csv", ended, 0) + trouble_of_json_lines(run + "/history.jsonl", ended);
}

}  // namespace

std::string trouble_after_kill(const std::string& run) { return trouble_of(run, false, 0); }

std::string trouble_at_end(const std::string& run, int64_t steps) { return trouble_of(run, true, steps); }

}  // namespace dltrain::test
