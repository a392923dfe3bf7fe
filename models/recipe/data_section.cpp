// [data], [data.validation], [data.test].
#include <algorithm>

#include "core/text.h"
#include "models/recipe/reading.h"
#include "models/recipe/sections.h"

namespace dltrain::models {

namespace {

const char* const parts[] = {"validation", "test"};

Table without_parts(const Table& data) {
  Table source;
  for (const Table::Entry& entry : data.entries()) {
    if (entry.key != parts[0] && entry.key != parts[1]) source.entries().push_back(entry);
  }
  return source;
}

// Keys of the source with those of the part over them: a part says only what differs.
Table inherit(const Table& source, const Table& part) {
  const Setting* type = part.find("type");
  if (type != nullptr && !(source.contains("type") && source.at("type") == *type)) return part;
  Table table = source;
  for (const Table::Entry& entry : part.entries()) {
    table.erase(entry.key);
    table.entries().push_back(entry);
  }
  return table;
}

// "group" and "hash" are ways of dividing that this version does not have.
bool report_later_way(Reading& reading, const Table& part, const std::string& who) {
  const Setting* how = part.find("how");
  if (how == nullptr || how->text() == nullptr || (*how->text() != "group" && *how->text() != "hash")) return false;
  reading.diagnostics
      .error("not-available", how->place(), who, "how = " + quote(*how->text()) + " is not available yet")
      .hint = "use \"random\", \"stratified\" or \"time\"";
  return true;
}

std::optional<PartSpec> read_share(Reading& reading, const Table& part, const std::string& who, const Place& place) {
  const size_t before = reading.diagnostics.error_count();
  std::vector<std::string> ignored;
  for (const Table::Entry& entry : part.entries()) {
    if (entry.key == "split" || entry.key == "how" || entry.key == "seed") continue;
    ignored.push_back(entry.key);
    Diagnostic& d = reading.diagnostics.error("unknown-key", entry.key_place, who,
                                              "there is no key " + quote(entry.key) + " beside \"split\"");
    d.help = "a part is either a share of the data (split, how, seed) or a source of its own (type, ...)";
  }
  if (report_later_way(reading, part, who)) ignored.push_back("how");
  const ShareSection share = reading.read_as<ShareSection>(part, who, ignored, place);
  if (reading.diagnostics.error_count() > before) return std::nullopt;
  return PartSpec{std::nullopt, share.split, share.how, share.seed, place};
}

std::optional<PartSpec> read_part(Reading& reading, const Table& data, const std::string& name, bool source_ok) {
  const Setting* given = data.find(name);
  if (given == nullptr) return std::nullopt;
  const std::string who = "[data." + name + "]";
  const Table* part = given->table();
  if (part == nullptr) {
    Diagnostic& d =
        reading.diagnostics.error("wrong-type", given->place(), "",
                                  who + " must be a section (was " + given->toml() + ", " + given->type_text() + ")");
    d.help = "write " + who + " with split = 0.1, or with a source of its own";
    return std::nullopt;
  }
  const Place place = data.key_place(name);
  if (part->contains("split") || part->contains("how") || part->empty()) return read_share(reading, *part, who, place);
  if (!source_ok && !part->contains("type")) return std::nullopt;  // what it inherits is wrong already
  const Setting whole(inherit(without_parts(data), *part), given->place());
  auto source = read_component(reading.catalogue, "source", whole, who, reading.diagnostics, "source");
  if (!source) return std::nullopt;
  source->place = place;
  return PartSpec{.source = std::move(*source), .place = place};
}

void check_shares(Reading& reading, const DataSpec& data) {
  if (!data.validation || !data.test || data.validation->source || data.test->source) return;
  const double sum = data.validation->split + data.test->split;
  if (sum < 1) return;
  Diagnostic& d = reading.diagnostics.error(
      "division", data.validation->place, "[data]",
      "validation and test take " + number_text(sum) + " of the data, which leaves nothing to train on");
  d.help = "make their shares smaller; both are shares of the whole";
}

}  // namespace

DataSpec read_data(Reading& reading) {
  DataSpec data;
  const Table* table = reading.section("data");
  if (table == nullptr) {
    if (reading.lacks("data") && reading.options.for_training) {
      reading.diagnostics.error("missing-section", reading.whole(), "", "there is no section [data]").help =
          "add [data] with a type: " + join(reading.catalogue.kinds("source"), ", ");
    }
    return data;
  }
  const Setting source(without_parts(*table), reading.section_place("data"));
  if (!source.table()->contains("type")) {
    Diagnostic& d = reading.diagnostics.error("missing-key", source.place(), "[data]", "the key \"type\" is missing");
    suggest_kind(d, "", reading.catalogue, "source");
    d.help = "add type = \"...\": where the data comes from";
  }
  auto read = source.table()->contains("type")
                  ? read_component(reading.catalogue, "source", source, "", reading.diagnostics, "source")
                  : std::nullopt;
  data.validation = read_part(reading, *table, parts[0], read.has_value());
  data.test = read_part(reading, *table, parts[1], read.has_value());
  check_shares(reading, data);
  if (read) data.source = std::move(*read);
  return data;
}

}  // namespace dltrain::models
