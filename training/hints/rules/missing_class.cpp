// missing-class: a part of the data has no sample of some classes. Said as a warning before training.
#include "core/text.h"
#include "training/hints/rule.h"

namespace dltrain::training::hints {

namespace {

std::string missing_in(const DataField& target, const std::vector<int64_t>& counts) {
  std::vector<std::string> missing;
  for (size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] > 0) continue;
    missing.push_back(c < target.class_names.size() ? quote(target.class_names[c]) : std::to_string(c));
  }
  constexpr size_t most_named = 5;
  const size_t more = missing.size() > most_named ? missing.size() - most_named : 0;
  missing.resize(missing.size() - more);
  return join(missing, ", ") + (more > 0 ? " and " + std::to_string(more) + " more" : "");
}

void judge_part(const DataField& target, const std::vector<int64_t>& counts, bool train, std::vector<Finding>& found) {
  const std::string missing = missing_in(target, counts);
  if (missing.empty()) return;
  found.push_back({"data, target " + quote(target.name),
                   "the " + std::string(train ? "training" : "validation") + " part has no sample of class " + missing,
                   train ? "divide the data with how = \"stratified\", or leave these classes out: the model cannot "
                           "learn what it never sees"
                         : "divide the data with how = \"stratified\": what is measured there says nothing about them",
                   true});
}

std::vector<Finding> judge_parts(const Evidence& e) {
  std::vector<Finding> found;
  for (const DataField& target : e.data.signature().targets) judge_part(target, target.class_counts, true, found);
  if (e.data.size(datasets::Part::validation) == 0) return found;
  for (const datasets::ClassCounts& counts : e.data.class_counts(datasets::Part::validation)) {
    for (const DataField& target : e.data.signature().targets) {
      if (target.name == counts.target) judge_part(target, counts.counts, false, found);
    }
  }
  return found;
}

}  // namespace

void register_missing_class(RuleRegistry& registry) {
  registry.add({"missing-class", judge_parts, {"labels-shifted"}});
}

}  // namespace dltrain::training::hints
