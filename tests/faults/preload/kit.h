// What the parts of the fault kit share.
#pragma once

#include "tests/faults/preload/counters.h"
#include "tests/faults/preload/rules.h"

namespace dltrain::faults {

struct Kit {
  Rules rules;
  Counters* counters = nullptr;  // never null once started
  bool begun = false;            // the first operation below the root has happened: the program is at work
};

Kit& kit();
// Opens the log.
void start_files();

}  // namespace dltrain::faults
