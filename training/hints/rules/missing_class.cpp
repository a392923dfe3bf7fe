// missing-class: a part of the data has no sample of some classes. Said as a warning before training.
#include "core/text.h"
#include "training/hints/rule.h"

namespace dltrain::training::hints {

namespace {

std::string missing_in(const datasets::Dataset& data, const datasets::ClassCounts& counts) {
  std::vector<std::string> names;
  for (const DataField& target : data.signature().targets) {
    if (target.name == counts.target) names = target.class_names;
  }
  std::vector<std::string> missing;
  for (size_t c = 0; c < counts.counts.size(); ++c) {
    if (counts.counts[c] == 0) missing.push_back(c < names.size() ? quote(names[c]) : std::to_string(c));
  }
  constexpr size_t most_named = 5;
  const size_t more = missing.size() > most_named ? missing.size() - most_named : 0;
  missing.resize(missing.size() - more);
  return join(missing, ", ") + (more > 0 ? " and " + std::to_string(more) + " more" : "");
}

std::vector<Finding> judge_parts(const Evidence& e) {
  std::vector<Finding> found;
  for (const datasets::Part part : {datasets::Part::train, datasets::Part::validation}) {
    for (const datasets::ClassCounts& counts : e.data.class_counts(part)) {
      const std::string missing = missing_in(e.data, counts);
      if (missing.empty()) continue;
      const bool train = part == datasets::Part::train;
      found.push_back(
          {"data, target " + quote(counts.target),
           "the " + std::string(datasets::part_name(part)) + " part has no sample of class " + missing,
           train ? "divide the data with how = \"stratified\", or leave these classes out: the model cannot "
                   "learn what it never sees"
                 : "divide the data with how = \"stratified\": what is measured there says nothing about them",
           true});
    }
  }
  return found;
}

}  // namespace

void register_missing_class(RuleRegistry& registry) {
  registry.add({"missing-class", judge_parts, {"labels-shifted"}});
}

}  // namespace dltrain::training::hints
