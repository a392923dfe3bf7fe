#include "app/check/findings.h"

#include "app/messages.h"

namespace dltrain::app {

void Findings::add(const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    if (diagnostic.severity != Severity::warning || !known_.insert(diagnostic.text()).second) continue;
    warnings_.push_back(diagnostic);
    if (print_) print_message(diagnostic);
  }
}

std::vector<Diagnostic> Findings::without_known(std::vector<Diagnostic> messages) const {
  std::erase_if(messages, [&](const Diagnostic& each) {
    return each.severity == Severity::warning && known_.contains(each.text());
  });
  return messages;
}

}  // namespace dltrain::app
