#include "training/hints/rule.h"

#include <algorithm>

namespace dltrain::training::hints {

void register_all(RuleRegistry& registry);

const RuleRegistry& rule_registry() {
  static const RuleRegistry registry = [] {
    RuleRegistry made;
    register_all(made);
    return made;
  }();
  return registry;
}

std::vector<Judged> judge(const Evidence& evidence) {
  std::vector<Judged> found;
  for (const Rule& rule : rule_registry().rules()) {
    for (Finding& finding : rule.judge(evidence)) found.push_back({rule.code, std::move(finding)});
  }
  const auto said = [&](const std::string& code) {
    return std::any_of(found.begin(), found.end(), [&](const Judged& j) { return j.code == code; });
  };
  std::vector<std::string> superfluous;
  for (const Rule& rule : rule_registry().rules()) {
    if (std::any_of(rule.unless.begin(), rule.unless.end(), said)) superfluous.push_back(rule.code);
  }
  std::erase_if(found, [&](const Judged& j) {
    return std::find(superfluous.begin(), superfluous.end(), j.code) != superfluous.end();
  });
  return found;
}

}  // namespace dltrain::training::hints
