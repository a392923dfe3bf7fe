// The logs of a run as others find them, read by a reader of TFRecords and protobuf of the tests' own (P11).
#pragma once

#include <string>

namespace dltrain::test {

// What is wrong with the logs of a run that was killed, "" if nothing is: in event files every record has good sums, but
// the last may be cut off; in CSV and JSON lines every line is whole, but the last may be cut off.
std::string trouble_after_kill(const std::string& run);
// What is wrong with those of a run that has ended: nothing may be cut off, in no event file of a folder a tag has a step
// twice, and epochs count from the first to the last. `steps` above 0: "step_loss" has the steps 1 to that, each once.
std::string trouble_at_end(const std::string& run, int64_t steps);

}  // namespace dltrain::test
