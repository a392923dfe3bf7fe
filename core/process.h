// Other programs, started without a shell.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace dltrain {

struct ProcessRequest {
  std::vector<std::string> command;  // program (looked up in $PATH) and arguments, handed over as they are
  std::vector<std::pair<std::string, std::string>> environment;  // beside our own; replaces what has the same name
  double timeout = 0;                // seconds; 0: none
  std::function<bool()> give_up;     // looked at now and then; true ends the program. May be empty
};

struct ProcessResult {
  enum class End {
    exited,
    killed,
    timed_out,
    given_up,
    not_started
  };
  End end = End::exited;
  int code = 0;       // exit code, signal, or errno where it was not started
  std::string text() const;  // "exit code 3", "no such file or directory", ...
  bool succeeded() const { return end == End::exited && code == 0; }
};

// Starts a program and waits for its end. It reads nothing, and what it prints goes to our standard error. Where it
// does not end in time, it and what it started get SIGKILL.
ProcessResult run_process(const ProcessRequest& request);

// Whether a program of that name can be started: a path, or a name that $PATH has.
bool program_exists(const std::string& name);

}  // namespace dltrain
