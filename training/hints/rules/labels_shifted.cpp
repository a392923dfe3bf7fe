// labels-shifted: class numbers that begin at 1, or that mean something else in the validation part.
#include <algorithm>
#include <cstdlib>

#include "core/text.h"
#include "training/hints/rule.h"
#include "training/hints/wording.h"

namespace dltrain::training::hints {

namespace {

// Class 0 is never seen, and all others are.
std::vector<Finding> judge_counts(const Evidence& e) {
  std::vector<Finding> found;
  for (const DataField& target : e.data.signature().targets) {
    const auto& c = target.class_counts;
    if (!target.class_names.empty() || c.size() < 3 || c.front() != 0) continue;
    if (std::any_of(c.begin() + 1, c.end(), [](int64_t n) { return n == 0; })) continue;
    const std::string last = std::to_string(c.size() - 1);
    found.push_back(
        {"data, target " + quote(target.name),
         "the labels are 1 to " + last +
             ", and none is 0: they look counted from 1, and one unit of the last layer is for nothing",
         "number the classes from 0 to " + std::to_string(c.size() - 2) + ", that is take 1 from every label"});
  }
  return found;
}

// How many answers are off by the same distance from the true class, for the most frequent distance.
std::pair<int64_t, int64_t> most_frequent_shift(const Answers& answers) {
  const auto classes = static_cast<int64_t>(answers.confusion.size());
  std::pair<int64_t, int64_t> best{0, 0};  // distance, count
  for (int64_t shift = 1 - classes; shift < classes; ++shift) {
    if (shift == 0) continue;
    int64_t count = 0;
    for (int64_t t = std::max<int64_t>(0, -shift); t < std::min(classes, classes - shift); ++t)
      count += answers.confusion[static_cast<size_t>(t)][static_cast<size_t>(t + shift)];
    if (count > best.second) best = {shift, count};
  }
  return best;
}

// The model is right about the training part, and off by one and the same distance everywhere else.
std::vector<Finding> judge_confusion(const Evidence& e) {
  constexpr int64_t least_samples = 20;
  constexpr double few = 0.2, most = 0.6;
  std::vector<Finding> found;
  for (const Answers& answers : e.look.validation) {
    const double samples = static_cast<double>(answers.samples());
    if (answers.confusion.size() < 3 || samples < least_samples) continue;
    int64_t right = 0;
    for (size_t c = 0; c < answers.confusion.size(); ++c) right += answers.confusion[c][c];
    const auto [shift, count] = most_frequent_shift(answers);
    if (static_cast<double>(right) > few * samples || static_cast<double>(count) < most * samples) continue;
    const std::string by = std::to_string(std::abs(shift));
    found.push_back({"data, validation part of " + quote(answers.output),
                     "the answer is the label " + std::string(shift < 0 ? "minus " : "plus ") + by + " for " +
                         percent(static_cast<double>(count) / samples) + " of the samples looked at, and right for " +
                         percent(static_cast<double>(right) / samples) +
                         ": its labels look shifted against those of the training part",
                     std::string(shift < 0 ? "take " : "add ") + by + (shift < 0 ? " from" : " to") +
                         " every label of the validation part, or write classes = [...] for both parts"});
  }
  return found;
}

std::vector<Finding> judge_labels(const Evidence& e) {
  std::vector<Finding> found = judge_counts(e);
  for (Finding& finding : judge_confusion(e)) found.push_back(std::move(finding));
  return found;
}

}  // namespace

void register_labels_shifted(RuleRegistry& registry) { registry.add({"labels-shifted", judge_labels}); }

}  // namespace dltrain::training::hints
