#include "training/events.h"

namespace dltrain::training {

std::string_view status_text(RunStatus status) {
  switch (status) {
    case RunStatus::complete: return "complete";
    case RunStatus::stopped: return "stopped";
    case RunStatus::interrupted: return "interrupted";
    case RunStatus::failed: return "failed";
  }
  return {};
}

}  // namespace dltrain::training
