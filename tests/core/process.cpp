// Programs started without a shell.
#include "core/process.h"

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <csignal>

#include "core/files.h"
#include "tests/support/paths.h"

using namespace dltrain;
using End = ProcessResult::End;

TEST_CASE("a program's end is told") {
  CHECK(run_process({{"true"}, {}, 0, {}}).succeeded());
  const ProcessResult failed = run_process({{"sh", "-c", "exit 3"}, {}, 0, {}});
  CHECK(failed.end == End::exited);
  CHECK(failed.code == 3);
  CHECK(failed.text() == "exit code 3");
  const ProcessResult killed = run_process({{"sh", "-c", "kill -9 $$"}, {}, 0, {}});
  CHECK(killed.end == End::killed);
  CHECK(killed.code == SIGKILL);
  const ProcessResult missing = run_process({{"/no/such/program"}, {}, 0, {}});
  CHECK(missing.end == End::not_started);
  CHECK_FALSE(missing.succeeded());
}

TEST_CASE("a program gets its arguments as they are, and the environment with more") {
  const test::TemporaryFolder folder;
  const std::string out = folder.file("out");
  const ProcessResult done =
      run_process({{"sh", "-c", "printf '%s|%s|%s' \"$0\" \"$A\" \"$HOME\" > \"$OUT\"; test -z \"$(cat)\"", "a b $c *"},
                   {{"A", "x=y z"}, {"OUT", out}, {"HOME", "elsewhere"}},
                   10,
                   {}});
  CHECK(done.succeeded());
  CHECK(read_text(out, ExitCode::io) == "a b $c *|x=y z|elsewhere");
}

TEST_CASE("a program that takes too long is ended, with what it started") {
  const auto begin = std::chrono::steady_clock::now();
  CHECK(run_process({{"sh", "-c", "sleep 60 & sleep 60"}, {}, 0.05, {}}).end == End::timed_out);
  CHECK(run_process({{"sleep", "60"}, {}, 0, [] { return true; }}).end == End::given_up);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
}

TEST_CASE("programs are looked for where they would be started") {
  CHECK(program_exists("sh"));
  CHECK(program_exists("/bin/sh"));
  CHECK_FALSE(program_exists("no-such-program"));
  CHECK_FALSE(program_exists("/bin/no-such-program"));
  CHECK_FALSE(program_exists(""));
}
