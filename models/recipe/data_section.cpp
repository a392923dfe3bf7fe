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

const std::vector<std::string> share_keys = {"split", "how", "seed"};

Diagnostic& unknown_key(Reading& reading, const Table::Entry& entry, const std::string& who, const std::string& more) {
  return reading.diagnostics.error("unknown-key", entry.key_place, who, "there is no key " + quote(entry.key) + more);
}

// Whether a part is meant as a share of the data, also where its keys are misspelt.
bool means_share(const Table& part) {
  if (part.empty()) return true;
  if (part.contains("split") || part.contains("how")) return true;
  return !part.contains("type") && std::ranges::any_of(part.entries(), [](const Table::Entry& entry) {
    return nearest(entry.key, share_keys).has_value();
  });
}

std::optional<PartSpec> read_share(Reading& reading, const Table& part, const std::string& who, const Place& place) {
  const size_t before = reading.diagnostics.error_count();
  std::vector<std::string> ignored;
  for (const Table::Entry& entry : part.entries()) {
    if (entry.key == "split" || entry.key == "how" || entry.key == "seed") continue;
    ignored.push_back(entry.key);
    const auto meant = nearest(entry.key, share_keys);
    if (meant && !part.contains(*meant)) {
      suggest(unknown_key(reading, entry, who, ""), entry.key, share_keys);
      ignored.push_back(*meant);  // not missing
    } else {
      unknown_key(reading, entry, who, " beside \"split\"").help =
          "a part is either a share of the data (split, how, seed) or a source of its own (type, ...)";
    }
  }
  if (report_later_way(reading, part, who)) ignored.push_back("how");
  const ShareSection share = reading.read_as<ShareSection>(part, who, ignored, place);
  if (reading.diagnostics.error_count() > before) return std::nullopt;
  return PartSpec{std::nullopt, share.split, share.how, share.seed, place};
}

// The schema of a source's type, or of the one that was probably meant; null where nothing is known.
const Schema* meant_source(const Reading& reading, const Table& source) {
  const Setting* type = source.find("type");
  if (type == nullptr || type->text() == nullptr) return nullptr;
  const Schema* schema = reading.catalogue.find("source", *type->text());
  const auto near = schema == nullptr ? nearest(*type->text(), reading.catalogue.names("source")) : std::nullopt;
  return near ? reading.catalogue.find("source", *near) : schema;
}

bool is_former(const Schema& schema, const std::string& key) {
  return std::ranges::any_of(schema.fields, [&](const Field& field) {
    return std::ranges::find(field.former_names, key) != field.former_names.end();
  });
}

// A part that says where its data lies may have its keys misspelt as those of a share are.
bool has_key_of_source(const Table& part, const Schema* schema) {
  if (part.contains("split") || part.contains("how") || schema == nullptr) return false;
  return std::ranges::any_of(part.entries(),
                             [&](const Table::Entry& entry) { return schema->find(entry.key) != nullptr; });
}

// Reports the keys of a part that neither a share nor the source has, and takes them out of `whole`.
void refuse_keys(Reading& reading, const Table& part, const Schema* schema, const std::string& who, Table& whole) {
  if (schema == nullptr || part.contains("type")) return;
  std::vector<std::string> names = share_keys;
  for (const Field& field : schema->fields) names.push_back(field.name);
  for (const Table::Entry& entry : part.entries()) {
    if (entry.key == "type" || schema->find(entry.key) != nullptr || is_former(*schema, entry.key)) continue;
    Diagnostic& d = unknown_key(reading, entry, who, "");
    suggest(d, entry.key, names);
    d.help = "a part is either a share of the data (split, how, seed) or a source of its own (type, ...)";
    whole.erase(entry.key);
  }
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
  Setting whole(inherit(without_parts(data), *part), given->place());
  const Schema* schema = meant_source(reading, *whole.table());
  if (means_share(*part) && !has_key_of_source(*part, schema)) return read_share(reading, *part, who, place);
  refuse_keys(reading, *part, schema, who, *whole.table());
  if (!source_ok && !part->contains("type")) return std::nullopt;  // what it inherits is wrong already
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

// Sections below [data] that are neither parts nor tables of the source: [data.val]. Gives the data without them.
Table without_unknown_parts(Reading& reading, const Table& data) {
  const Schema* schema = meant_source(reading, data);
  Table known;
  for (const Table::Entry& entry : data.entries()) {
    const bool part = entry.key == parts[0] || entry.key == parts[1];
    if (part || schema == nullptr || entry.value.table() == nullptr || schema->find(entry.key) != nullptr ||
        is_former(*schema, entry.key)) {
      known.entries().push_back(entry);
      continue;
    }
    Diagnostic& d = reading.diagnostics.error("unknown-section", entry.key_place, "",
                                              "there is no section [data." + entry.key + "]");
    suggest(d, entry.key, {parts[0], parts[1]});
    if (std::string_view(parts[0]).starts_with(entry.key) || entry.key == "valid")
      d.hint = "did you mean \"" + std::string(parts[0]) + "\"?";
  }
  return known;
}

}  // namespace

DataSpec read_data(Reading& reading) {
  DataSpec data;
  const Table* given = reading.section("data");
  if (given == nullptr) {
    if (reading.lacks("data") && reading.options.for_training) {
      reading.diagnostics.error("missing-section", reading.whole(), "", "there is no section [data]").help =
          "add [data] with a type: " + join(reading.catalogue.kinds("source"), ", ");
    }
    return data;
  }
  const Table data_table = without_unknown_parts(reading, *given);
  const Table* const table = &data_table;
  const Setting source(without_parts(*table), reading.section_place("data"));
  const bool typed = source.table()->contains("type");
  if (!typed && !report_misspelt_type(*source.table(), "[data]", reading.diagnostics)) {
    Diagnostic& d = reading.diagnostics.error("missing-key", source.place(), "[data]", "the key \"type\" is missing");
    suggest_kind(d, "", reading.catalogue, "source");
    d.help = "add type = \"...\": where the data comes from";
  }
  auto read =
      typed ? read_component(reading.catalogue, "source", source, "", reading.diagnostics, "source") : std::nullopt;
  data.validation = read_part(reading, *table, parts[0], read.has_value());
  data.test = read_part(reading, *table, parts[1], read.has_value());
  check_shares(reading, data);
  if (read) data.source = std::move(*read);
  return data;
}

}  // namespace dltrain::models
