// The hints that there are: one file in rules/ for each, one page in docs/hints. A rule judges what is known of a run
// and says what looks wrong, or nothing. It is silent where it cannot tell: a false alarm costs more than a missed
// hint.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "training/hints/evidence.h"

namespace dltrain::training::hints {

// One thing that looks wrong; the members are those of Hint (training/events.h).
struct Finding {
  std::string who, what, help;
  bool warned = false;
};

struct Rule {
  std::string code;  // the name of its file and page with hyphens: "dead-relu"
  std::function<std::vector<Finding>(const Evidence&)> judge;
  // Not said beside these: they name the cause of which this is the effect.
  std::vector<std::string> unless = {};
};

class RuleRegistry {
 public:
  void add(Rule rule) { rules_.push_back(std::move(rule)); }
  // In the order of their codes.
  const std::vector<Rule>& rules() const { return rules_; }

 private:
  std::vector<Rule> rules_;
};
const RuleRegistry& rule_registry();

// The page of each hint by its code, as docs/hints has it (Markdown).
const std::map<std::string, std::string>& pages();

struct Judged {
  std::string code;
  Finding finding;
};
// What all rules say.
std::vector<Judged> judge(const Evidence& evidence);

}  // namespace dltrain::training::hints
