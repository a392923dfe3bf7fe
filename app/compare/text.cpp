// A comparison for people.
#include <algorithm>
#include <cmath>

#include "app/compare/comparison.h"
#include "app/progress.h"
#include "app/summary.h"
#include "core/text.h"

namespace dltrain::app {

namespace {

std::string runs_text(const RunGroup& group) {
  std::vector<std::string> folders;
  for (const RunSeen& run : group.runs) folders.push_back(run.folder);
  if (folders.size() > 3) return folders.front() + " ... " + folders.back();
  return join(folders, ", ");
}

std::string seeds_text(const RunGroup& group) {
  std::vector<std::string> seeds;
  for (const RunSeen& run : group.runs) seeds.push_back(std::to_string(run.spec.seed));
  if (seeds.size() > 5) return seeds.front() + " ... " + seeds.back();
  return join(seeds, ", ");
}

std::string groups_text(const Comparison& comparison) {
  std::vector<std::vector<std::string>> rows = {{"", "name", "runs", "seed", "folder"}};
  for (const RunGroup& group : comparison.groups)
    rows.push_back({group.letter, group.runs.front().spec.name, std::to_string(group.runs.size()), seeds_text(group),
                    runs_text(group)});
  return table_text(rows);
}

std::string difference_text(const models::Difference& each) {
  if (each.before.empty()) return each.path + "  new: " + each.now;
  if (each.now.empty()) return each.path + "  gone, was " + each.before;
  return each.path + "  " + each.before + " -> " + each.now;
}

std::string measured_text(const Measured& measured) {
  if (measured.runs == 0) return "-";
  return short_number(measured.mean) + (measured.deviation ? " ± " + short_number(*measured.deviation) : "");
}

std::string number_of_epochs(double mean) {
  return mean == std::floor(mean) ? count_text(static_cast<int64_t>(mean)) : short_number(mean);
}

std::string time_text(double seconds) {
  return seconds < 1 ? std::to_string(std::lround(seconds * 1000)) + " ms" : duration_text(seconds);
}

void add_row(std::vector<std::vector<std::string>>& rows, const Comparison& comparison, const std::string& name,
             const auto& text_of) {
  std::vector<std::string> row = {name};
  for (const RunGroup& group : comparison.groups) row.push_back(text_of(group));
  if (std::ranges::any_of(row.begin() + 1, row.end(), [](const std::string& text) { return text != "-"; }))
    rows.push_back(std::move(row));
}

std::string table_of_values(const Comparison& comparison) {
  std::vector<std::vector<std::string>> rows = {{""}};
  bool spread = false;
  for (const RunGroup& group : comparison.groups) {
    rows[0].push_back(group.letter);
    spread = spread || group.runs.size() > 1;
  }
  for (const std::string& name : comparison.names)
    add_row(rows, comparison, name, [&](const RunGroup& group) { return measured_text(measure(group.values(name))); });
  const auto over_runs = [](const RunGroup& group, const auto& value_of) {
    std::vector<double> values;
    for (const RunSeen& run : group.runs) values.push_back(value_of(run));
    return measure(values).mean;
  };
  add_row(rows, comparison, "epochs", [&](const RunGroup& group) {
    return number_of_epochs(over_runs(group, [](const RunSeen& run) { return static_cast<double>(run.record.epoch); }));
  });
  add_row(rows, comparison, "time", [&](const RunGroup& group) {
    return time_text(over_runs(group, [](const RunSeen& run) { return run.record.seconds; }));
  });
  add_row(rows, comparison, "parameters",
          [](const RunGroup& group) { return group.cost.parameters < 0 ? "-" : count_text(group.cost.parameters); });
  add_row(rows, comparison, "memory", [](const RunGroup& group) {
    return group.cost.memory < 0 ? "-" : bytes_text(static_cast<uint64_t>(group.cost.memory));
  });
  return std::string("results") + (spread ? ", mean ± deviation of the runs" : "") + "\n" + table_text(rows);
}

std::string judgements_text(const Comparison& comparison, size_t index) {
  const RunGroup &first = comparison.groups[0], &other = comparison.groups[index];
  std::vector<std::vector<std::string>> rows;
  for (const std::string& name : comparison.judged) {
    const std::vector<double> a = first.values(name), b = other.values(name);
    if (a.empty() || b.empty()) continue;
    const Judgement judgement = judge(a, b);
    const std::string sign = judgement.difference > 0 ? "+" : "";
    rows.push_back({name, sign + short_number(judgement.difference), judgement_text(judgement, first, other)});
  }
  std::string text;
  size_t names = 0, numbers = 0;
  for (const auto& row : rows) {
    names = std::max(names, row[0].size());
    numbers = std::max(numbers, row[1].size());
  }
  for (auto& row : rows) {
    row[0].resize(names, ' ');
    text += "  " + row[0] + "  " + std::string(numbers - row[1].size(), ' ') + row[1] + "  " + row[2] + "\n";
  }
  return text;
}

}  // namespace

std::string judgement_text(const Judgement& judgement, const RunGroup& first, const RunGroup& other) {
  const bool one_a = first.runs.size() < 2, one_b = other.runs.size() < 2;
  const std::string p = judgement.p ? " (Welch's t-test, p = " + short_number(*judgement.p) + ")" : "";
  switch (judgement.kind) {
    case Judgement::Kind::larger:
      return judgement.p ? "larger than the spread" + p : "larger than the spread, which is none";
    case Judgement::Kind::within: return "within the spread" + p;
    case Judgement::Kind::equal: return "the same in every run";
    case Judgement::Kind::unknown: break;
  }
  return one_a && one_b ? "one run each: no spread known"
                        : "one run of " + (one_a ? first.letter : other.letter) + ": its spread is not known";
}

std::string comparison_text(const Comparison& comparison) {
  std::string text = groups_text(comparison);
  for (size_t i = 1; i < comparison.groups.size(); ++i) {
    text += "\nrecipes, " + comparison.groups[0].letter + " -> " + comparison.groups[i].letter + "\n";
    for (const models::Difference& each : comparison.differences[i - 1]) text += "  " + difference_text(each) + "\n";
  }
  text += "\n" + table_of_values(comparison);
  for (size_t i = 1; i < comparison.groups.size(); ++i) {
    const std::string lines = judgements_text(comparison, i);
    if (!lines.empty())
      text += "\n" + comparison.groups[i].letter + " against " + comparison.groups[0].letter + "\n" + lines;
  }
  if (comparison.groups.size() == 1)
    text += "\nall runs have the same recipe; what differs between them is the spread\n";
  for (const std::string& note : comparison.notes) text += "note: " + note + "\n";
  return text;
}

}  // namespace dltrain::app
