// The exit codes of the program, documented in docs/reference/exit-codes.md. Numbers never change meaning.
#pragma once

namespace dltrain {

enum class ExitCode {
  ok = 0,
  bug = 1,          // our mistake
  recipe = 2,       // command line or recipe
  data = 3,         // a data file is missing or wrong
  model = 4,        // weights, model or checkpoint file
  io = 5,           // disk, permission
  numeric = 6,      // NaN, Inf, divergence
  memory = 7,       // more than there is
  device = 8,       // device or driver
  locked = 9,       // another process owns the run directory
  not_met = 10,     // finished, an expectation was not met
  interrupted = 130,
  terminated = 143,
};

}  // namespace dltrain
