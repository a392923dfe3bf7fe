// A comparison for programs.
#include "app/compare/comparison.h"

namespace dltrain::app {

namespace {

const char* kind_name(Judgement::Kind kind) {
  switch (kind) {
    case Judgement::Kind::larger: return "larger";
    case Judgement::Kind::within: return "within";
    case Judgement::Kind::equal: return "equal";
    case Judgement::Kind::unknown: return "unknown";
  }
  return "";
}

Table group_table(const RunGroup& group, const std::vector<std::string>& names) {
  Table table;
  table.set("group", group.letter);
  table.set("name", group.runs.front().spec.name);
  List runs;
  for (const RunSeen& run : group.runs) {
    Table entry;
    entry.set("run", run.folder);
    entry.set("seed", static_cast<int64_t>(run.spec.seed));
    entry.set("status", run.record.status);
    entry.set("epochs", run.record.epoch);
    entry.set("seconds", run.record.seconds);
    runs.emplace_back(std::move(entry));
  }
  table.set("runs", std::move(runs));
  Table values;
  for (const std::string& name : names) {
    const Measured measured = measure(group.values(name));
    if (measured.runs == 0) continue;
    Table entry;
    entry.set("mean", measured.mean);
    if (measured.deviation) entry.set("deviation", *measured.deviation);
    entry.set("runs", static_cast<int64_t>(measured.runs));
    values.set(name, std::move(entry));
  }
  table.set("values", std::move(values));
  if (group.cost.parameters >= 0) table.set("parameters", group.cost.parameters);
  if (group.cost.memory >= 0) table.set("memory", group.cost.memory);
  return table;
}

Table against_first(const Comparison& comparison, size_t index) {
  const RunGroup& other = comparison.groups[index];
  Table table;
  table.set("group", other.letter);
  List recipe;
  for (const models::Difference& each : comparison.differences[index - 1]) {
    Table entry;
    entry.set("path", each.path);
    if (!each.before.empty()) entry.set("before", each.before);
    if (!each.now.empty()) entry.set("now", each.now);
    recipe.emplace_back(std::move(entry));
  }
  table.set("recipe", std::move(recipe));
  Table values;
  for (const std::string& name : comparison.names) {
    const std::vector<double> a = comparison.groups[0].values(name), b = other.values(name);
    if (a.empty() || b.empty()) continue;
    const Judgement judgement = judge(a, b);
    Table entry;
    entry.set("difference", judgement.difference);
    entry.set("spread", kind_name(judgement.kind));
    if (judgement.p) entry.set("p", *judgement.p);
    values.set(name, std::move(entry));
  }
  table.set("values", std::move(values));
  return table;
}

}  // namespace

Table comparison_json(const Comparison& comparison) {
  Table table;
  table.set("event", "compare");
  table.set("version", 1);
  List groups, against, notes;
  for (const RunGroup& group : comparison.groups) groups.emplace_back(group_table(group, comparison.names));
  for (size_t i = 1; i < comparison.groups.size(); ++i) against.emplace_back(against_first(comparison, i));
  for (const std::string& note : comparison.notes) notes.emplace_back(note);
  table.set("groups", std::move(groups));
  table.set("against_first", std::move(against));
  table.set("notes", std::move(notes));
  return table;
}

}  // namespace dltrain::app
