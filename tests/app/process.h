// The built program as a process, as a user runs it: the tests of tests/app see nothing but its exit code, what it
// prints and what it writes. It is taken from beside the test program.
#pragma once

#include <sys/types.h>
#include <string>
#include <vector>

#include "tests/support/paths.h"

namespace dltrain::test {

// What a process left behind. A signal N that ended it counts as code 128 + N, as in a shell.
struct Ended {
  int code = 0;
  std::string out;
  std::string err;
};

// A started process. Its environment is ours without DLTRAIN_DATA and colours, and with the program's folder first in
// PATH.
class Process {
 public:
  // `words` is the program and its arguments; `folder` its working directory.
  Process(const std::vector<std::string>& words, const std::string& folder);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t id() const { return id_; }
  void send(int signal) const;
  bool running();
  Ended wait();

 private:
  TemporaryFolder outputs_;
  pid_t id_ = -1;
  int status_ = 0;
  bool ended_ = false;
};

// Runs `dltrain WORDS...` in a folder to its end.
Ended dltrain_in(const std::string& folder, std::vector<std::string> words);
// Runs a command line of the shell.
Ended shell_in(const std::string& folder, const std::string& command);

std::string program_path();

}  // namespace dltrain::test
