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

}  // namespace dltrain::app
