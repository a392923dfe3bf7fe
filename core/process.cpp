#include "core/process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include "core/files.h"
#include "core/text.h"

extern char** environ;

namespace dltrain {

namespace {

using Clock = std::chrono::steady_clock;

// What posix_spawn is told: no input, output to standard error, signals as a program expects them, a group of its own.
class SpawnOptions {
 public:
  SpawnOptions() {
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    posix_spawnattr_init(&attributes);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnOptions() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnOptions(const SpawnOptions&) = delete;
  SpawnOptions& operator=(const SpawnOptions&) = delete;

  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

std::vector<std::string> environment_with(const std::vector<std::pair<std::string, std::string>>& more) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('='));
    if (std::none_of(more.begin(), more.end(), [&](const auto& m) { return m.first == name; })) all.emplace_back(text);
  }
  for (const auto& [name, value] : more) all.push_back(join(std::vector{name, value}, "="));
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

ProcessResult ended(int status) {
  if (WIFEXITED(status)) return {ProcessResult::End::exited, WEXITSTATUS(status)};
  return {ProcessResult::End::killed, WTERMSIG(status)};
}

// Ends the whole group and collects the program.
ProcessResult end_group(pid_t child, ProcessResult::End why) {
  kill(-child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return {why, SIGKILL};
}

}  // namespace

std::string ProcessResult::text() const {
  switch (end) {
    case End::exited: return "exit code " + std::to_string(code);
    case End::killed: return "killed by signal " + std::to_string(code);
    case End::timed_out: return "not finished in time, and killed";
    case End::given_up: return "killed, because the run ends";
    case End::not_started: return std::string("cannot be started: ") + std::strerror(code);
  }
  return {};
}

ProcessResult run_process(const ProcessRequest& request) {
  std::vector<std::string> command = request.command;
  std::vector<std::string> environment = environment_with(request.environment);
  const SpawnOptions options;
  pid_t child = 0;
  const int error = posix_spawnp(&child, command.front().c_str(), &options.actions, &options.attributes,
                                 pointers(command).data(), pointers(environment).data());
  if (error != 0) return {ProcessResult::End::not_started, error};
  const auto start = Clock::now();
  for (int pause = 1;; pause = std::min(2 * pause, 50)) {
    int status = 0;
    const pid_t done = waitpid(child, &status, WNOHANG);
    if (done == child) return ended(status);
    if (done < 0 && errno != EINTR) return {ProcessResult::End::not_started, errno};
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (request.timeout > 0 && seconds >= request.timeout) return end_group(child, ProcessResult::End::timed_out);
    if (request.give_up && request.give_up()) return end_group(child, ProcessResult::End::given_up);
    std::this_thread::sleep_for(std::chrono::milliseconds(pause));
  }
}

namespace {

// Folders may be "executed" too.
bool can_be_started(const std::string& path) { return access(path.c_str(), X_OK) == 0 && !is_directory(path); }

}  // namespace

bool program_exists(const std::string& name) {
  if (name.empty()) return false;
  if (name.find('/') != std::string::npos) return can_be_started(name);
  const char* path = std::getenv("PATH");
  for (const std::string& folder : split(path != nullptr ? path : "/usr/bin:/bin", ':')) {
    if (can_be_started((folder.empty() ? "." : folder) + "/" + name)) return true;
  }
  return false;
}

}  // namespace dltrain
