// Events as JSON lines on standard output (--json), in one versioned schema: every line has "event", the first line
// "version".
#pragma once

#include "training/callback.h"

namespace dltrain::app {

// One line on standard output.
void print_line(const Table& table);

class JsonEvents : public training::Callback {
 public:
  void on(const training::Event& event, training::Wishes& wishes) override;
};

}  // namespace dltrain::app
