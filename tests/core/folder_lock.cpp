// The lock of a folder between processes: refused while its owner lives, taken over when it is dead. Where there is no
// flock is tested in tests/faults.
#include "core/folder_lock.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <optional>
#include <vector>

#include "core/files.h"
#include "tests/support/files.h"

namespace dltrain::test {

namespace {

// A child process that takes the lock and keeps it until it is killed. Its exit code says if it was refused.
pid_t keeper(const std::string& folder) {
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      const FolderLock lock(folder);
      if (::write(ready[1], "x", 1) == 1) ::pause();
    } catch (const UserError& error) {
      ::_exit(static_cast<int>(error.code()));
    }
    ::_exit(0);
  }
  ::close(ready[1]);
  char c = 0;
  const bool taken = ::read(ready[0], &c, 1) == 1;
  ::close(ready[0]);
  CHECK(taken);
  return child;
}

void kill_and_wait(pid_t child) {
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

ExitCode code_of_taking(const std::string& folder) {
  try {
    const FolderLock lock(folder);
  } catch (const UserError& error) {
    return error.code();
  }
  return ExitCode::ok;
}

// A process of many: writes a byte if it is refused, else keeps the folder until it is killed.
[[noreturn]] void take_or_say(const std::string& folder, int refused) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  try {
    const FolderLock lock(folder);
    while (true) ::pause();
  } catch (const UserError& error) {
    if (error.code() == ExitCode::locked) (void)!::write(refused, "x", 1);
  }
  ::_exit(0);
}

}  // namespace

TEST_CASE("a folder has one owner at a time, who is named") {
  const TemporaryFolder folder;
  CHECK_FALSE(FolderLock::owner(folder.path()));
  {
    const FolderLock lock(folder.path());
    const std::string message = message_of([&] { const FolderLock second(folder.path()); });
    CHECK(message.find("process " + std::to_string(::getpid()) + " on ") != std::string::npos);
    CHECK(message.find(" UTC") != std::string::npos);
    CHECK(code_of_taking(folder.path()) == ExitCode::locked);
    REQUIRE(FolderLock::owner(folder.path()));
    CHECK(FolderLock::owner(folder.path())->process == std::to_string(::getpid()));
  }
  CHECK(list_directory(folder.path(), ExitCode::io).empty());
  CHECK(code_of_taking(folder.path()) == ExitCode::ok);
}

TEST_CASE("the lock of a killed process is taken over") {
  const TemporaryFolder folder;
  for (int i = 0; i < 5; ++i) {
    const pid_t child = keeper(folder.path());
    CHECK(code_of_taking(folder.path()) == ExitCode::locked);
    CHECK(FolderLock::owner(folder.path())->process == std::to_string(child));
    kill_and_wait(child);
    CHECK(exists(folder.file(".lock")));
    CHECK_FALSE(FolderLock::owner(folder.path()));
  }
  CHECK(code_of_taking(folder.path()) == ExitCode::ok);
}

TEST_CASE("of processes that start at once, one gets the folder") {
  const TemporaryFolder folder;
  for (int round = 0; round < 10; ++round) {
    int start[2], refused[2];
    REQUIRE(::pipe(start) == 0);
    REQUIRE(::pipe(refused) == 0);
    std::vector<pid_t> children;
    for (int i = 0; i < 16; ++i) {
      const pid_t child = ::fork();
      if (child == 0) {
        ::close(start[1]);
        ::close(refused[0]);
        char c = 0;
        (void)!::read(start[0], &c, 1);  // until the pipe is closed
        take_or_say(folder.path(), refused[1]);
      }
      children.push_back(child);
    }
    for (const int descriptor : {start[0], start[1], refused[1]}) ::close(descriptor);
    // Each refused process says so; the owner keeps the folder until it is killed.
    std::array<char, 17> said{};
    size_t count = 0;
    while (count < 15) {
      const ssize_t more = ::read(refused[0], said.data() + count, 15 - count);
      REQUIRE(more > 0);
      count += static_cast<size_t>(more);
    }
    std::optional<LockOwner> owner = FolderLock::owner(folder.path());
    for (int wait = 0; !owner && wait < 5000; ++wait) {  // it may not have written its name yet
      ::usleep(1000);
      owner = FolderLock::owner(folder.path());
    }
    REQUIRE(owner);
    int alive = 0;
    for (const pid_t child : children) {
      if (owner->process == std::to_string(child)) ++alive;
      kill_and_wait(child);
    }
    CHECK(alive == 1);
    ::close(refused[0]);
  }
}

TEST_CASE("a folder that may not be written to is an error of the disk") {
  CHECK(code_of_taking("/proc") == ExitCode::io);
  CHECK(code_of_taking("/nowhere") == ExitCode::io);
}

TEST_CASE("texts of lock files") {
  const LockOwner owner{"12", "host", "2026-01-01 00:00:00 UTC", "boot/34"};
  CHECK(parse_lock_owner(owner.file_text()) == owner);
  for (const char* text : {"", "process 12\n", "process x\nhost h\nsince s\nidentity i\n", "a\nb\nc\nd\n"})
    CHECK_FALSE(parse_lock_owner(text));
}

}  // namespace dltrain::test
