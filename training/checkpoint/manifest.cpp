#include "training/checkpoint/manifest.h"

#include <algorithm>

#include "core/diagnostic.h"
#include "core/sha256.h"
#include "formats/json/json.h"
#include "training/state_table.h"

namespace dltrain::training {

namespace {

constexpr int64_t format_version = 1;
constexpr size_t digits = 64;
constexpr std::string_view seal = "\"sha256\": \"";  // the last key of the text

[[noreturn]] void damaged(const std::string& name, const std::string& what) {
  throw UserError(ExitCode::model, "damaged-checkpoint", name, "the manifest is damaged: " + what,
                  "use another checkpoint");
}

std::string hash_of(std::string_view text) {
  return hex_text(sha256(std::as_bytes(std::span(text.data(), text.size()))));
}

// Where the digits of the manifest's own hash are; npos if nowhere.
size_t seal_position(std::string_view text) {
  const size_t found = text.rfind(seal);
  return found == std::string_view::npos || found + seal.size() + digits > text.size() ? std::string_view::npos
                                                                                       : found + seal.size();
}

const Table& table_at(const Table& table, const char* key, const std::string& name) {
  const Setting* value = table.find(key);
  if (value == nullptr || value->table() == nullptr) damaged(name, std::string("it has no ") + key);
  return *value->table();
}

void check_seal(std::string_view text, const std::string& name) {
  const size_t at = seal_position(text);
  if (at == std::string_view::npos) damaged(name, "its end is missing");
  std::string plain(text);
  std::fill_n(plain.begin() + static_cast<long>(at), digits, '0');
  if (hash_of(plain) != text.substr(at, digits)) damaged(name, "its checksum does not fit");
}

}  // namespace

Table surroundings_table(const Surroundings& s) {
  Table table;
  table.set("dltrain", s.dltrain);
  table.set("recipe", s.recipe);
  table.set("device", s.device);
  table.set("processor", s.processor);
  table.set("data", s.data);
  return table;
}

Surroundings surroundings_from(const Table& table) {
  return {text_at(table, "dltrain"), text_at(table, "recipe"), text_at(table, "device"), text_at(table, "processor"),
          text_at(table, "data")};
}

std::vector<std::string> differences(const Surroundings& then, const Surroundings& now) {
  std::vector<std::string> found;
  const auto compare = [&](const std::string& what, const std::string& a, const std::string& b) {
    if (a != b) found.push_back(what + " was " + a + ", is " + b);
  };
  compare("dltrain", then.dltrain, now.dltrain);
  compare("the device", then.device, now.device);
  compare("the processor", then.processor, now.processor);
  if (then.data != now.data) found.emplace_back("the data has changed");
  return found;
}

std::string manifest_text(const Manifest& manifest) {
  Table table;
  table.set("format", format_version);
  table.set("created", manifest.created);
  table.set("position", manifest.position.table());
  if (manifest.rank) {
    Table rank;
    rank.set("monitor", manifest.rank->monitor);
    rank.set("value", manifest.rank->value);
    rank.set("largest", manifest.rank->largest);
    table.set("rank", std::move(rank));
  }
  table.set("callbacks", manifest.callbacks);
  if (!manifest.kernels.empty()) table.set("kernels", manifest.kernels);
  table.set("surroundings", surroundings_table(manifest.surroundings));
  Table files;
  for (const FileRecord& file : manifest.files) {
    Table record;
    record.set("bytes", static_cast<int64_t>(file.bytes));
    record.set("sha256", file.sha256);
    files.set(file.name, std::move(record));
  }
  table.set("files", std::move(files));
  table.set("sha256", std::string(digits, '0'));
  std::string text = formats::json_text(Setting(std::move(table)), 2) + "\n";
  text.replace(seal_position(text), digits, hash_of(text));
  return text;
}

Manifest parse_manifest(std::string_view text, const std::string& name) {
  check_seal(text, name);
  const Setting setting = formats::parse_json(text, name, ExitCode::model, {.bytes = uint64_t{256} << 20});
  const Table* table = setting.table();
  const Setting* version = table != nullptr ? table->find("format") : nullptr;
  if (version == nullptr || version->integer() == nullptr) damaged(name, "it has no format");
  if (*version->integer() > format_version) {
    throw UserError(ExitCode::model, "newer-format", name,
                    "the checkpoint was written by a newer dltrain (format " + version->toml() +
                        ", this one reads up to " + std::to_string(format_version) + ")",
                    "use the newer program");
  }
  Manifest manifest;
  manifest.created = text_at(*table, "created");
  manifest.position = Position::from_table(table_at(*table, "position", name));
  if (const Setting* rank = table->find("rank"); rank != nullptr && rank->table() != nullptr) {
    const Table& values = *rank->table();
    manifest.rank = Rank{text_at(values, "monitor"), number_at(values, "value"), flag_at(values, "largest")};
  }
  manifest.callbacks = table_at(*table, "callbacks", name);
  if (table->contains("kernels")) manifest.kernels = table_at(*table, "kernels", name);
  manifest.surroundings = surroundings_from(table_at(*table, "surroundings", name));
  for (const Table::Entry& entry : table_at(*table, "files", name).entries()) {
    const Table* record = entry.value.table();
    if (record == nullptr) damaged(name, "the record of a file is missing");
    manifest.files.push_back(
        {entry.key, static_cast<uint64_t>(count_at(*record, "bytes")), text_at(*record, "sha256")});
  }
  return manifest;
}

}  // namespace dltrain::training
