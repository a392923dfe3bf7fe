// Programs run with the fault kit (preload/rules.h) between them and the C library.
#pragma once

#include <string>
#include <vector>

#include "tests/app/process.h"
#include "tests/faults/preload/counters.h"

namespace dltrain::test {

// The words that run `words` with these faults; only paths below `root` count.
std::vector<std::string> with_faults(const std::string& faults, const std::string& root,
                                     std::vector<std::string> words);

// Runs one of this program's own hidden test cases, which works in `folder`, with faults. See hidden.h.
Ended hidden_with_faults(const std::string& test_case, const std::string& folder, const std::string& faults);
// The folder that a hidden test case works in.
std::string hidden_folder();

faults::Counters read_counters(const std::string& path);

// How much the tests do: DLTRAIN_FAULTS=full makes them take hours instead of seconds.
bool full_size();
int sized(int commit, int full);

}  // namespace dltrain::test
