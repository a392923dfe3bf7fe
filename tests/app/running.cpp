// A run while it goes on: signals, events for programs.
#include <chrono>
#include <csignal>
#include <set>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "core/setting.h"
#include "core/text.h"
#include "formats/json/json.h"
#include "tests/app/process.h"
#include "tests/support/paths.h"

namespace dltrain::test {

namespace {

// A run that would take hours, once its first epoch is in the history.
void wait_for_an_epoch(Process& process, const std::string& history) {
  using namespace std::chrono_literals;
  for (int i = 0; i < 600 && process.running(); ++i) {
    if (exists(history) && split(read_text(history, ExitCode::io), '\n').size() > 2) return;
    std::this_thread::sleep_for(50ms);
  }
  FAIL("no epoch was done within 30 s: " << process.wait().err);
}

Ended interrupted_run(const TemporaryFolder& folder, int signal) {
  Process process({program_path(), "fit", source_path("recipes/digits.toml"), "--epochs", "100000", "--run", "run"},
                  folder.path());
  wait_for_an_epoch(process, folder.file("run/history.csv"));
  process.send(signal);
  return process.wait();
}

}  // namespace

TEST_CASE("SIGINT ends a run cleanly") {
  const TemporaryFolder folder;
  const Ended ended = interrupted_run(folder, SIGINT);
  INFO(ended.err);
  CHECK(ended.code == 130);
  CHECK(ended.err.find("(SIGINT) and saved; to go on:") != std::string::npos);
  CHECK(read_text(folder.file("run/run.json"), ExitCode::io).find("\"interrupted\"") != std::string::npos);
  CHECK(dltrain_in(folder.path(), {"evaluate", "run"}).code == 0);
}

TEST_CASE("SIGTERM ends a run cleanly") {
  const TemporaryFolder folder;
  const Ended ended = interrupted_run(folder, SIGTERM);
  INFO(ended.err);
  CHECK(ended.code == 143);
  CHECK(dltrain_in(folder.path(), {"evaluate", "run"}).code == 0);
}

TEST_CASE("--json prints one event a line") {
  const TemporaryFolder folder;
  const Ended ended =
      dltrain_in(folder.path(), {"--json", "fit", source_path("recipes/digits.toml"), "--epochs", "2", "--run", "run"});
  REQUIRE(ended.code == 0);
  CHECK(ended.err.empty());
  REQUIRE(ended.out.ends_with('\n'));
  std::set<std::string> events;
  size_t number = 0;
  for (const std::string& line : split(ended.out.substr(0, ended.out.size() - 1), '\n')) {
    write_file_durably(folder.file("line.json"), line);
    const Setting value = formats::read_json(folder.file("line.json"), ExitCode::io);
    REQUIRE(value.table() != nullptr);
    REQUIRE(value.table()->contains("event"));
    if (number++ == 0) CHECK(value.table()->contains("version"));
    events.insert(*value.table()->at("event").text());
  }
  CHECK(events ==
        std::set<std::string>{"run_started", "epoch_started", "step", "validation_started", "epoch", "run_done"});
}

}  // namespace dltrain::test
