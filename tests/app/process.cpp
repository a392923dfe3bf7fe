#include "tests/app/process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "core/files.h"
#include "tests/support/sanitizer.h"

namespace dltrain::test {

namespace {

std::string program_folder() { return std::filesystem::read_symlink("/proc/self/exe").parent_path().string(); }

void redirect(const std::string& path, int flags, int descriptor) {
  const int file = ::open(path.c_str(), flags, 0600);
  if (file < 0 || ::dup2(file, descriptor) < 0) ::_exit(127);
  ::close(file);
}

[[noreturn]] void become(const std::vector<std::string>& words, const std::string& folder,
                         const TemporaryFolder& outputs) {
  if (!watches_memory) {  // nothing that goes wrong takes the machine with it
    constexpr rlim_t most = rlim_t{4} << 30;
    const rlimit limit{most, most};
    ::setrlimit(RLIMIT_AS, &limit);
  }
  redirect("/dev/null", O_RDONLY, STDIN_FILENO);
  redirect(outputs.file("out"), O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
  redirect(outputs.file("err"), O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
  if (::chdir(folder.c_str()) != 0) ::_exit(127);
  const char* path = std::getenv("PATH");
  ::setenv("PATH", (program_folder() + ":" + (path != nullptr ? path : "/usr/bin:/bin")).c_str(), 1);
  ::setenv("SOURCE", source_path("").c_str(), 1);
  ::setenv("LC_ALL", "C", 1);
  if (std::getenv("DLTRAIN_DATA") != nullptr) {
    ::setenv("TEST_DATA", std::getenv("DLTRAIN_DATA"), 1);
    ::unsetenv("DLTRAIN_DATA");
  }
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

}  // namespace

Process::Process(const std::vector<std::string>& words, const std::string& folder) {
  // A process may be killed before it opens them itself.
  for (const char* name : {"out", "err"}) OutputFile(outputs_.file(name), OutputFile::Mode::truncate).close();
  // Signals to the child wait until it has put away this program's handlers.
  sigset_t all, before;
  sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, &before);
  id_ = ::fork();
  if (id_ == 0) {
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) std::signal(number, SIG_DFL);
  }
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  if (id_ < 0) throw std::runtime_error("no process can be made");
  if (id_ == 0) become(words, folder, outputs_);
}

Process::~Process() {
  if (ended_) return;
  ::kill(id_, SIGKILL);
  ::waitpid(id_, &status_, 0);
}

void Process::send(int signal) const { ::kill(id_, signal); }

bool Process::running() {
  if (!ended_) ended_ = ::waitpid(id_, &status_, WNOHANG) == id_;
  return !ended_;
}

Ended Process::wait() {
  if (!ended_) ::waitpid(id_, &status_, 0);
  ended_ = true;
  Ended result;
  result.code = WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
  result.out = read_text(outputs_.file("out"), ExitCode::io);
  result.err = read_text(outputs_.file("err"), ExitCode::io);
  return result;
}

std::string program_path() { return program_folder() + "/dltrain"; }

Ended dltrain_in(const std::string& folder, std::vector<std::string> words) {
  words.insert(words.begin(), program_path());
  return Process(words, folder).wait();
}

Ended shell_in(const std::string& folder, const std::string& command) {
  return Process({"sh", "-c", command}, folder).wait();
}

}  // namespace dltrain::test
